/**
 * As the functions of `node:net`, of which the rest takes longer to load than all of the CNI plugin: they stand for it in that
 * plugin's bundle (rolldown.config.ts).
 */
export function isIPv4(text: string): boolean {
  return ipv4.test(text);
}

export function isIPv6(text: string): boolean {
  const [address = '', zone, ...others] = text.split('%');
  if (others.length > 0 || (zone !== undefined && !/^[0-9a-zA-Z-.:]+$/.test(zone))) return false;
  const [head = '', tail, ...rest] = address.split('::');
  if (rest.length > 0) return false;
  const groups = countGroups(head, tail === undefined) + (tail === undefined ? 0 : countGroups(tail, true));
  return tail === undefined ? groups === 8 : groups < 8;
}

/** Of 16 bits; not a number where something else stands there. Only the last may be an IPv4 address, which counts as two. */
function countGroups(text: string, isEnd: boolean): number {
  if (text === '') return 0;
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  if (isEnd && last.includes('.')) {
    return isIPv4(last) && parts.slice(0, -1).every(isGroup) ? parts.length + 1 : Number.NaN;
  }
  return parts.every(isGroup) ? parts.length : Number.NaN;
}

function isGroup(text: string): boolean {
  return /^[0-9a-fA-F]{1,4}$/.test(text);
}

const byte = '(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])';
const ipv4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`);
