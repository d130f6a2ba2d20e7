/** An IPv4 address in dotted form as a number; `undefined` where the text is none. */
export function parseIpv4(text: string): bigint | undefined {
  const number = ipv4Number(text);
  return number === undefined ? undefined : BigInt(number);
}

export function formatIpv4(value: bigint): string {
  const number = Number(value);
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

/** An IPv6 address as a number, also with an IPv4 address at its end; `undefined` where the text is none. */
export function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [left, right] = halves.map(groupsOf);
  if (left === undefined) return undefined;
  if (halves.length === 1) return left.length === 8 ? sumOf(left) : undefined;
  if (right === undefined || left.length + right.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return sumOf([...left, ...zeros, ...right]);
}

/** Eight groups: nft takes it, and the same address always gives the same text. */
export function formatIpv6(value: bigint): string {
  return (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
}

function ipv4Number(text: string): number | undefined {
  let [number, octet, digits, dots] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === dot) {
      if (digits === 0) return undefined;
      number = number * 256 + octet;
      [octet, digits] = [0, 0];
      dots += 1;
    } else if (code >= zero && code <= nine) {
      if (octet === 0 && digits > 0) return undefined;
      octet = octet * 10 + code - zero;
      digits += 1;
      if (octet > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && digits > 0 ? number * 256 + octet : undefined;
}

const [dot, zero, nine] = [0x2e, 0x30, 0x39];

function groupsOf(half: string): readonly number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  for (const group of half.split(':')) {
    if (group.includes('.')) {
      const tail = ipv4Number(group);
      if (tail === undefined) return undefined;
      groups.push(tail >>> 16, tail & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) groups.push(Number.parseInt(group, 16));
    else return undefined;
  }
  return groups;
}

function sumOf(groups: readonly number[]): bigint {
  const words: number[] = [];
  for (let at = 0; at < 8; at += 2) words.push((groups[at] ?? 0) * 0x1_0000 + (groups[at + 1] ?? 0));
  let sum = 0n;
  for (const word of words) sum = (sum << 32n) | BigInt(word);
  return sum;
}
