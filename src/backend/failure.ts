/**
 * Why a call that reads or changes the kernel's rules failed: what to do about it differs. Only a `refused` one says
 * anything about a rule, and may cost a Service its rules; all others take nothing away.
 */
export type Failure =
  /** The kernel or the tool has read a rule and does not take it. */
  | 'refused'
  /**
   * The machine could not do it for the moment: a child was killed, memory or files ran out, the lock is held. It
   * passes.
   */
  | 'unable'
  /** A signal came in between: it may have been done, or not. To be tried again at once. */
  | 'interrupted'
  /** Nobody knows; the message has the tool's own words. To be tried again. */
  | 'unknown'
  /** What was to be listed or deleted is not there. */
  | 'absent'
  /** Not root, or no CAP_NET_ADMIN. */
  | 'permission'
  /** The tool is not on this machine. */
  | 'missing';

/** A tool that reads or changes the kernel's rules has failed. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly failure: Failure;

  /** `message` is for people; it carries what the tool said. */
  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** Whether a tool has failed, and in this way. */
export function hasFailed(error: unknown, failure: Failure): error is ToolError {
  return error instanceof ToolError && error.failure === failure;
}
