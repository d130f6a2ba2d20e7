import { type Address, parseAddress } from '../../../net/address.ts';
import { nodeWithAddresses } from '../../../trace/node-view.ts';
import { walk } from '../../../trace/walk.ts';
import type { TrafficSide } from '../traffic-sides.ts';

/** Some endpoints of a side without objects, found by tracing a packet to each of the first frontends. */
export function* ruleEndpoints({ ruleset, frontends }: TrafficSide): Iterable<Address> {
  const [source] = ['198.51.100.77', '2001:db8:ffff::77']
    .flatMap((text) => parseAddress(text) ?? [])
    .slice(ruleset.family === 'IPv4' ? 0 : 1);
  const node = nodeWithAddresses([]);
  for (const { address: destination, port, protocol } of [...frontends.values()].slice(0, enough)) {
    if (destination === undefined || source === undefined) continue;
    const walked = walk(ruleset, { source, destination, port, protocol }, node);
    if (!('trace' in walked)) continue;
    for (const { endpoint } of walked.trace.endpoints)
      yield endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '') as Address;
  }
}

const enough = 50;
