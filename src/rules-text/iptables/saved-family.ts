import { type Family, families } from '../../net/family.ts';
import { readListingHeader } from './listing-header.ts';

/** The family of a text that holds rules of one; IPv4 where it could be either, or holds both. */
export function savedFamily(text: string): Family {
  const [family = 'IPv4'] = savedFamilies(text);
  return family;
}

/**
 * The families whose rules a text of iptables-save holds. Its remarks tell; without them, an address or an ICMP message
 * of IPv6 in the rules does.
 */
export function savedFamilies(text: string): readonly Family[] {
  const told = new Set<Family>();
  for (let start = 0; start !== -1; start = nextRemark(text, start)) {
    const end = text.indexOf('\n', start);
    const header = readListingHeader(text.slice(start, end === -1 ? text.length : end));
    if (header?.family !== undefined) told.add(header.family);
  }
  if (told.size > 0) return families.filter((family) => told.has(family));
  return [/^(?:\[\d+:\d+\] )?-A .*(?:-[sd] \S*:\S*|icmp6)/m.test(text) ? 'IPv6' : 'IPv4'];
}

function nextRemark(text: string, after: number): number {
  const newline = text.indexOf('\n# ', after);
  return newline === -1 ? -1 : newline + 1;
}
