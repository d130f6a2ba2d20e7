import type { BatchSize, RestoreInput } from './restore-input.ts';

/** What the backend needs of the machine: one family's iptables-save and iptables-restore. */
export interface RuleTool {
  /** The lines of iptables-save, all tables. */
  save(): AsyncIterable<string>;
  /** One call of iptables-restore --noflush. Throws a `RestoreError`. */
  restore(input: RestoreInput): Promise<void>;
  readonly batchSize: BatchSize;
}

/** Why a call failed: what to do about it differs. */
export type RestoreFailure =
  /** The tool or the kernel does not take a rule: some Service's, to be found and left out. */
  | 'refused'
  /** Somebody holds the xtables lock; try again. */
  | 'locked'
  /** Not root, or no CAP_NET_ADMIN. */
  | 'permission'
  /** The command is not on this machine. */
  | 'missing';

export class RestoreError extends Error {
  override readonly name = 'RestoreError';
  readonly failure: RestoreFailure;

  constructor(failure: RestoreFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
