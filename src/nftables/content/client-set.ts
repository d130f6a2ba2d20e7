import type { ClientSetName } from '../names.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import type { SetDeclaration } from '../table/table.ts';

/** As many clients of one endpoint as nft remembers by default, and kube-proxy too; further ones get any endpoint. */
const mostClients = 65_535;

/** The set in which packets put the clients that stay with an endpoint. The rule that does it says how long they stay. */
export function clientSet(name: ClientSetName, { family }: Pick<NftablesOptions, 'family'>): SetDeclaration {
  const type = family === 'IPv4' ? 'type ipv4_addr' : 'type ipv6_addr';
  return { name, kind: 'set', properties: [type, `size ${mostClients}`, 'flags dynamic,timeout'] };
}
