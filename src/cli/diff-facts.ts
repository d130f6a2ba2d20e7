import type { NodeFacts } from '../iptables/derive-options.ts';
import { lookAtNode } from '../kernel/node-facts.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { factsFromObjects } from './desired.ts';
import type { ObjectsSide, Side } from './diff-side.ts';
import { UserError } from './exit-status.ts';

/** The node that the rules of the objects should be of: this machine, or the one that the objects and `told` tell of. */
export async function factsOfSide(
  before: Side,
  { loaded, config }: ObjectsSide,
  told: readonly Address[],
): Promise<NodeFacts> {
  const facts =
    before.kind === 'live'
      ? await lookAtNode(config, loaded.state.node, new Set())
      : factsFromObjects(loaded, config);
  return { ...facts, localAddresses: [...facts.localAddresses, ...told] };
}

/** What `--node-address` says. Throws a `UserError` where it is none. */
export function readNodeAddresses(texts: readonly string[]): readonly Address[] {
  return texts.map((text) => {
    const address = parseAddress(text);
    if (address === undefined) throw new UserError(`--node-address ${text}: must be an IP address`);
    return address;
  });
}
