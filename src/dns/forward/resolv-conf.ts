import { type Address, parseAddress } from '../../net/address.ts';

/** The servers of a resolv.conf(5), in their order. Those with a zone, as link-local addresses have, are left out. */
export function nameserversOf(text: string): readonly Address[] {
  return text.split('\n').flatMap((line) => {
    const [, address = ''] = /^\s*nameserver\s+(\S+)/.exec(line) ?? [];
    return parseAddress(address) ?? [];
  });
}
