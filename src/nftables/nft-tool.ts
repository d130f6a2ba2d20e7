/** What the backend needs of the machine: libnftables in this process, or the command nft. */
export interface NftTool {
  /** How transactions reach the kernel; said once at start. */
  readonly way: 'library' | 'command';
  /** Applies all commands of the text in one transaction, or none of them. Throws an `NftError`. */
  apply(commands: string): Promise<void>;
  /** Asks the kernel whether it would take the commands; changes nothing. Throws an `NftError`. */
  check(commands: string): Promise<void>;
  /** The lines of `nft list …`. Throws an `NftError`, also where the signal aborts it. */
  list(words: readonly string[], detail?: ListDetail, signal?: AbortSignal): AsyncIterable<string>;
}

/** Everything; or no elements, but each rule's, chain's and set's handle (`--terse --handle`). */
export type ListDetail = 'all' | 'frame';

/** Why a call failed: what to do about it differs. */
export type NftFailure =
  /** The kernel or nft does not take a command: some Service's, to be found and left out. */
  | 'refused'
  /** The table, chain or set that was asked for is not there. */
  | 'absent'
  /** A signal came in between: the transaction may have been applied, or not. */
  | 'interrupted'
  /** Not root, or no CAP_NET_ADMIN. */
  | 'permission'
  /** Neither the command nor the library is on this machine. */
  | 'missing';

export class NftError extends Error {
  override readonly name = 'NftError';
  readonly failure: NftFailure;

  /** `message` carries the kernel's reason, as nft words it. */
  constructor(failure: NftFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
