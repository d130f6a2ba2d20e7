import { hash } from 'node:crypto';
import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { Protocol } from '../../net/family.ts';
import type { Balance } from '../../state/records.ts';
import { type ChainName, type SlotKind, slotMapName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Rule } from '../table/table.ts';
import { goto, localTraffic, oneOf, rule } from './listed-form.ts';

/** A chain that serves every Service of the same shape. Its name says all about it, so its rules never change. */
export interface Shape {
  readonly name: ChainName;
  readonly rules: readonly Rule[];
  /** The shapes that its rules lead to. */
  readonly uses: readonly Shape[];
}

/** How a chain takes a slot: by which algorithm, of how many. */
export interface SlotChoice {
  readonly balance: Balance;
  readonly size: number;
}

/** Where a chain takes its slots from. */
export interface SlotSource {
  readonly kind: SlotKind;
  readonly protocol: Protocol;
}

const pickPrefixes: Readonly<Record<SlotKind, string>> = {
  'service-endpoints': 'KUBE-SVC-',
  'service-local-endpoints': 'KUBE-SVL-',
  'node-port-endpoints': 'KUBE-NP-SVC-',
  'node-port-local-endpoints': 'KUBE-NP-SVL-',
};

/** The chain that picks a slot: of all Services with the same choice, or of one service port by its digest. */
export function pickName(kind: SlotKind, suffix: string): ChainName {
  return (pickPrefixes[kind] + suffix) as ChainName;
}

/** The chain that takes external traffic to the pick of this name. */
export function externalName(pick: ChainName): ChainName {
  return pick.replace('SVC-', 'EXT-') as ChainName;
}

/** The shapes of one family. Each is made once, however many Services have it. */
export class Shapes {
  readonly #options: NftablesOptions;
  readonly #made = new Map<string, Shape>();

  constructor(options: NftablesOptions) {
    this.#options = options;
  }

  /** Picks one of the slots of whatever address and port the packet goes to. */
  pick(source: SlotSource, choice: SlotChoice): Shape {
    const protocol = source.protocol.toLowerCase();
    const name = pickName(source.kind, `${protocol}-${choice.balance}-${choice.size}`);
    return this.#once(name, () => ({ name, rules: [pickRule(source, choice, this.#options)], uses: [] }));
  }

  /** Takes external traffic to a pick by policy Cluster. */
  external(pick: Shape): Shape {
    const name = externalName(pick.name);
    return this.#once(name, () => ({ name, rules: externalRules(pick.name), uses: [pick] }));
  }

  /** Takes external traffic by policy Local: to `local`, or nowhere where this node has no endpoint. */
  externalLocal(cluster: Shape, local: Shape | undefined, localSize: number): Shape {
    const name = `${externalName(cluster.name)}-local-${localSize}` as ChainName;
    return this.#once(name, () => ({
      name,
      rules: externalLocalRules(cluster.name, local?.name, this.#options),
      uses: local === undefined ? [cluster] : [cluster, local],
    }));
  }

  /** Drops what does not come from one of the addresses and networks. */
  firewall(sources: readonly (Address | Cidr)[]): Shape {
    const allowed = oneOf(sources);
    const digest = hash('sha256', allowed, 'hex').slice(0, 16).toUpperCase();
    const name = `KUBE-FW-${digest}` as ChainName;
    const { family } = this.#options;
    const rules = [rule(nftFamily(family), 'saddr !=', allowed, 'counter packets 0 bytes 0 drop')];
    return this.#once(name, () => ({ name, rules, uses: [] }));
  }

  #once(name: string, make: () => Shape): Shape {
    const found = this.#made.get(name);
    if (found !== undefined) return found;
    const made = make();
    this.#made.set(name, made);
    return made;
  }
}

/**
 * The rule that translates to the endpoint in the slot that it picks. Its words are of one protocol, since nft 1.0.6
 * takes no later rule with a map of `th dport`.
 */
export function pickRule(
  { kind, protocol }: SlotSource,
  choice: SlotChoice,
  { family }: Pick<NftablesOptions, 'family'>,
): Rule {
  const ip = nftFamily(family);
  const key = [
    ...(kind.startsWith('service') ? [`${ip} daddr`] : []),
    `${protocol.toLowerCase()} dport`,
    slotExpression(choice, { family }),
  ];
  return rule('dnat', ip, 'to', key.join(' . '), `map @${slotMapName(kind, protocol)}`);
}

/** All nodes and restarts hash alike, so that a client stays where it is. */
const hashSeed = '0x706f7274';

/** The expression that is a slot's number: by chance, in turn, or by a hash of the client's address. */
export function slotExpression(
  { balance, size }: SlotChoice,
  { family }: Pick<NftablesOptions, 'family'>,
): string {
  switch (balance) {
    case 'random':
      return `numgen random mod ${size}`;
    case 'round-robin':
      return `numgen inc mod ${size}`;
    case 'source-hash':
    case 'maglev':
      return `jhash ${nftFamily(family)} saddr mod ${size} seed ${hashSeed}`;
  }
}

/** Traffic from outside that may leave by another node must come back through this one. */
export function externalRules(pick: ChainName): readonly Rule[] {
  return [rule('jump KUBE-MARK-MASQ'), rule(goto(pick))];
}

/** By policy Local, pods and the node itself use every endpoint: no load balancer would have sent them here. */
export function externalLocalRules(
  cluster: ChainName,
  local: ChainName | undefined,
  options: NftablesOptions,
): readonly Rule[] {
  const { localDetector } = options;
  return [
    ...(localDetector === undefined ? [] : [rule(localTraffic(options, localDetector, ''), goto(cluster))]),
    rule('fib saddr type local jump KUBE-MARK-MASQ'),
    rule('fib saddr type local', goto(cluster)),
    ...(local === undefined ? [] : [rule(goto(local))]),
  ];
}
