/**
 * What the kernel keeps for nft with tables, rules and elements: rows of type, length and content (libnftnl/udata.h), of which
 * type 0 is a comment, with a NUL at its end.
 */

/** The content of the first row of this type; `undefined` where there is none. */
export function userDataRow(userData: Buffer | undefined, type: number): Buffer | undefined {
  for (let at = 0; userData !== undefined && at + 2 <= userData.length; ) {
    const end = at + 2 + userData.readUInt8(at + 1);
    if (userData.readUInt8(at) === type) return userData.subarray(at + 2, end);
    at = end;
  }
  return undefined;
}

/** The comment of a rule or an element; empty where it has none. */
export function commentIn(userData: Buffer | undefined): string {
  return userDataRow(userData, commentType)?.toString().replace(/\0+$/, '') ?? '';
}

export function commentBytes(comment: string): Uint8Array {
  const text = Buffer.from(`${comment}\0`);
  return Buffer.concat([Uint8Array.of(commentType, text.length), text]);
}

const commentType = 0;
