/** Milliseconds after which what a test waits for never comes: far more than any machine takes, busy as it may be. */
export const patience = 300_000;

/**
 * Milliseconds after which a packet that must be dropped is taken for dropped. An answer that comes later is one that a test
 * does not see; none fails by it.
 */
export const briefly = 300;
