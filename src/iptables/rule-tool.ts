import type { BatchSize, RestoreInput } from './restore-input.ts';

/** What the backend needs of the machine: one family's iptables-save and iptables-restore. */
export interface RuleTool {
  /** The lines of iptables-save, all tables. Throws a `ToolError`. */
  save(signal?: AbortSignal): AsyncIterable<string>;
  /** One call of iptables-restore --noflush. Throws a `ToolError`. */
  restore(input: RestoreInput, signal?: AbortSignal): Promise<void>;
  readonly batchSize: BatchSize;
}
