/**
 * Comments, in what the kernel keeps for nft: rows of type, length and content (libnftnl/udata.h), of which type 0 is the comment,
 * with a NUL at its end.
 */

/** The comment of a rule or an element; empty where it has none. */
export function commentIn(userData: Buffer | undefined): string {
  const bytes = userData ?? Buffer.alloc(0);
  for (let at = 0; at + 2 <= bytes.length; ) {
    const end = at + 2 + bytes.readUInt8(at + 1);
    if (bytes.readUInt8(at) === 0) return bytes.toString('utf8', at + 2, end).replace(/\0+$/, '');
    at = end;
  }
  return '';
}

export function commentBytes(comment: string): Uint8Array {
  const text = Buffer.from(`${comment}\0`);
  return Buffer.concat([Uint8Array.of(0, text.length), text]);
}
