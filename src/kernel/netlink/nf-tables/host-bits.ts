/** How many bits the addresses from one to another differ in at their end, where they are a whole network; otherwise `undefined`. */
export function hostBits(first: bigint, last: bigint): number | undefined {
  const different = first ^ last;
  const isOnes = (different & (different + 1n)) === 0n;
  if (!isOnes || (first & different) !== 0n) return undefined;
  return different === 0n ? 0 : different.toString(2).length;
}
