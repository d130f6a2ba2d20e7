import { hash } from 'node:crypto';
import type { Address } from '../../net/address.ts';
import type { Cidr } from '../../net/cidr.ts';
import type { Protocol } from '../../net/family.ts';
import type { Balance } from '../../state/records.ts';
import { type ChainName, type SlotKind, slotMapName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Rule } from '../table/table.ts';
import { goto, localTraffic, oneOf, rule } from './listed-form.ts';

/** A chain that all Services of the same shape share. Its name determines its rules, so they never change. */
export interface Shape {
  readonly name: ChainName;
  readonly rules: readonly Rule[];
  /** The shapes that its rules lead to. */
  readonly uses: readonly Shape[];
}

/** How a chain chooses a slot: the algorithm and the number of slots. */
export interface SlotChoice {
  readonly balance: Balance;
  readonly size: number;
}

/** The slot map that a chain chooses from. */
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

/**
 * The name of the chain that picks a slot, for all Services with the same choice, or for one service port by its
 * digest.
 */
export function pickName(kind: SlotKind, suffix: string): ChainName {
  return (pickPrefixes[kind] + suffix) as ChainName;
}

/** The name of the chain that leads external traffic to this pick. */
export function externalName(pick: ChainName): ChainName {
  return pick.replace('SVC-', 'EXT-') as ChainName;
}

/** The shapes of one family, each made once. */
export class Shapes {
  readonly #options: NftablesOptions;
  readonly #made = new Map<string, Shape>();

  constructor(options: NftablesOptions) {
    this.#options = options;
  }

  /** Picks one of the slots of the packet's destination. */
  pick(source: SlotSource, choice: SlotChoice): Shape {
    const protocol = source.protocol.toLowerCase();
    const name = pickName(source.kind, `${protocol}-${choice.balance}-${choice.size}`);
    return this.#once(name, () => ({ name, rules: [pickRule(source, choice, this.#options)], uses: [] }));
  }

  /** Leads external traffic to a pick, under policy Cluster. */
  external(pick: Shape): Shape {
    const name = externalName(pick.name);
    return this.#once(name, () => ({ name, rules: externalRules(pick.name), uses: [pick] }));
  }

  /** Leads external traffic to a pick, under policy Local: to `local`, or nowhere if this node has no endpoint. */
  externalLocal(cluster: Shape, local: Shape | undefined, localSize: number): Shape {
    const name = `${externalName(cluster.name)}-local-${localSize}` as ChainName;
    return this.#once(name, () => ({
      name,
      rules: externalLocalRules(cluster.name, local?.name, this.#options),
      uses: local === undefined ? [cluster] : [cluster, local],
    }));
  }

  /** Drops packets that come from none of these addresses and networks. */
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
 * The rule that picks a slot and translates to its endpoint. It matches one protocol, since after a rule with a map of
 * `th dport` nft 1.0.6 accepts no other.
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

/** Fixed, so that a client keeps its endpoint on all nodes and over restarts. */
const hashSeed = '0x706f7274';

/** The expression for the number of a slot: random, in turn, or a hash of the client's address. */
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

/** Traffic from outside that may go to another node is masqueraded, so that replies come back through this one. */
export function externalRules(pick: ChainName): readonly Rule[] {
  return [rule('jump KUBE-MARK-MASQ'), rule(goto(pick))];
}

/** Under policy Local, pods and the node itself use all endpoints: no load balancer has sent their traffic here. */
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
