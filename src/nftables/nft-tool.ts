/** What the backend needs of the machine: libnftables in this process, or the command nft. */
export interface NftTool {
  /** How transactions reach the kernel; said once at start. */
  readonly method: 'library' | 'command';
  /** Applies all commands of the text in one transaction, or none of them. Throws a `ToolError`. */
  apply(commands: string, signal?: AbortSignal): Promise<void>;
  /** As `apply`; resolves to the lines in which nft says what it has added (`--echo --handle`). It costs a process. */
  applyEchoed(commands: string, signal?: AbortSignal): Promise<string>;
  /** Asks the kernel whether it would take the commands; changes nothing. Throws a `ToolError`. */
  check(commands: string, signal?: AbortSignal): Promise<void>;
  /** The lines of `nft list …`. Throws a `ToolError`, also where the signal aborts it. */
  list(words: readonly string[], detail?: ListDetail, signal?: AbortSignal): AsyncIterable<string>;
}

/** Everything; or no elements, but each rule's, chain's and set's handle (`--terse --handle`). */
export type ListDetail = 'all' | 'frame';
