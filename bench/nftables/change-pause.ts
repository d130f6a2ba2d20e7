/** Milliseconds between two changes that are measured: long enough that each comes alone. */
export const changePause = 10;
