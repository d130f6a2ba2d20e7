import type { Scalar } from '../rules-text/rule.ts';

/** A part of the rules that a walk came to and that has not been read. */
export type Unread =
  | { readonly table: string; readonly chain: string }
  | { readonly table: string; readonly set: string }
  | { readonly table: string; readonly set: string; readonly key: readonly Scalar[] };

/** Equal for equal parts. */
export function unreadKey(part: Unread): string {
  return JSON.stringify(part, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Thrown where a path comes to what has not been read. */
export class UnreadParts extends Error {
  override readonly name = 'UnreadParts';
  readonly unread: readonly Unread[];

  constructor(unread: readonly Unread[]) {
    super('rules that have not been read');
    this.unread = unread;
  }
}
