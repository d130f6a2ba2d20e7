/** The exit statuses of commands. */
export const exitStatus = {
  ok: 0,
  /** `diff`: there are differences. `run --once` and `render`: done, but something of the input was left out. */
  incomplete: 1,
  /** Nothing was done, or not all: wrong usage, wrong configuration, or the kernel does not take it. */
  failed: 2,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** An error that the user can mend: its message is printed without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
