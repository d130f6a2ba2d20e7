import type { NodeFacts } from '../../iptables/derive-iptables-options.ts';
import { lookAtNode } from '../../kernel/node/look-at-node.ts';
import { type Address, parseAddress } from '../../net/address.ts';
import { UserError } from '../../program/exit-status.ts';
import { factsFromObjects } from '../../render/desired-rules-of.ts';
import type { ObjectsSide, Side } from './sides.ts';

/** The node that the objects' rules are made for: this machine, or the Node object with `knownAddresses` added. */
export async function factsOfSide(
  before: Side,
  { loaded, config }: ObjectsSide,
  knownAddresses: readonly Address[],
): Promise<NodeFacts> {
  const facts =
    before.kind === 'live'
      ? await lookAtNode(config, loaded.state.node, new Set())
      : factsFromObjects(loaded, config);
  return { ...facts, localAddresses: [...facts.localAddresses, ...knownAddresses] };
}

/** Parses `--node-address`. Throws a `UserError`. */
export function readNodeAddresses(texts: readonly string[]): readonly Address[] {
  return texts.map((text) => {
    const address = parseAddress(text);
    if (address === undefined) throw new UserError(`--node-address ${text}: must be an IP address`);
    return address;
  });
}
