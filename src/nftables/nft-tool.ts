/** Access to nf_tables: by libnftables in this process, or by the command nft. */
export interface NftTool {
  /** How transactions reach the kernel; logged once at the start. */
  readonly method: 'library' | 'command';
  /** Applies all commands in one transaction, or none. Throws a `ToolError`. */
  apply(commands: string, signal?: AbortSignal): Promise<void>;
  /** Like `apply`; resolves to nft's echo of what it added (`--echo --handle`). Costs a process. */
  applyEchoed(commands: string, signal?: AbortSignal): Promise<string>;
  /** Has the kernel check the commands without applying them. Throws a `ToolError`. */
  check(commands: string, signal?: AbortSignal): Promise<void>;
  /** The lines of `nft list …`. Throws a `ToolError`, also where the signal aborts it. */
  list(words: readonly string[], detail?: ListDetail, signal?: AbortSignal): AsyncIterable<string>;
}

/** Everything; or only the schema, without elements and with handles (`--terse --handle`). */
export type ListDetail = 'all' | 'schema';
