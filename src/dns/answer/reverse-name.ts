import { type Address, parseAddress } from '../../net/address.ts';

/**
 * The address that a name below in-addr.arpa or ip6.arpa stands for (RFC 1035, 3.5; RFC 3596, 2.5), given by its labels in lower
 * case; `undefined` where it is none, or part of one.
 */
export function addressOfReverseName(labels: readonly string[]): Address | undefined {
  if (labels.at(-1) !== 'arpa') return undefined;
  const parts = labels.slice(0, -2).toReversed();
  switch (labels.at(-2)) {
    case 'in-addr':
      return parts.length === 4 ? parseAddress(parts.join('.')) : undefined;
    case 'ip6':
      return parts.length === 32 && parts.every((digit) => /^[0-9a-f]$/.test(digit))
        ? parseAddress(parts.join('').replaceAll(/....(?!$)/g, '$&:'))
        : undefined;
    default:
      return undefined;
  }
}
