/**
 * Runs a script by bash. Without ~/.bashrc, which bash reads where its input is a socket, as that of a child of Node is: it takes
 * that for a call from another machine (bash(1), "Invocation").
 */
export const bash = ['bash', '--norc', '-c'] as const;
