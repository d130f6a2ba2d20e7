import { formatEndpoint, parseAddress } from '../../../src/net/address.ts';
import { mergedRanges } from '../../../src/nftables/content/address-ranges.ts';
import type { ChainName, SlotMap } from '../../../src/nftables/names.ts';
import { partsOfData } from '../../../src/nftables/table/element-data.ts';
import type { Key, Table } from '../../../src/nftables/table/table.ts';
import type { FamilyPlans } from '../../../src/plan/plan-change.ts';
import type { Endpoint, Frontend, ServicePortPlan } from '../../../src/plan/service-plan.ts';

/** Where packets go in a table, read off its rules, beside what the plans say; neither asks the code that made it. */

/** One choice that a chain offers a frontend's packets: any of the slots from 0 to size - 1. */
export interface Choice {
  readonly map: SlotMap;
  readonly frontend: Key;
  readonly size: number;
}

/** All that a packet to one frontend may meet. */
export interface FrontendPath {
  readonly chains: readonly ChainName[];
  readonly choices: readonly Choice[];
  /** Endpoints that rules name themselves. */
  readonly named: readonly string[];
}

/** The path of each element of `services` and `node-ports`, by the set and the key. Throws at a chain that is missing. */
export function frontendPaths(table: Table): ReadonlyMap<string, FrontendPath> {
  const paths = new Map<string, FrontendPath>();
  for (const set of ['services', 'node-ports'] as const) {
    for (const [key, data] of table.elements.get(set) ?? []) {
      const chains = reachedFrom(table, partsOfData(data).value.replace('goto ', '') as ChainName);
      const rules = chains.flatMap((chain) => table.chains.get(chain)?.rules ?? []);
      paths.set(`${set} ${key}`, {
        chains,
        choices: rules.flatMap((rule) => choiceIn(rule, key)),
        named: rules.flatMap((rule) => / dnat to (\S+)/.exec(rule)?.[1] ?? []),
      });
    }
  }
  return paths;
}

function reachedFrom(table: Table, start: ChainName): readonly ChainName[] {
  const reached = new Set([start]);
  for (const name of reached) {
    const chain = table.chains.get(name);
    if (chain === undefined) throw new Error(`something leads to ${name}, which is not there`);
    for (const [, target] of chain.rules.join('\n').matchAll(/\b(?:goto|jump) ([^ ,\n]+)/g))
      reached.add(target as ChainName);
  }
  return [...reached];
}

/** The choice that a rule offers a packet with this key; its map's key must be made of the packet's own words. */
function choiceIn(rule: string, key: Key): readonly Choice[] {
  const form =
    /^dnat (ip6?) to (?:\1 daddr \. )?(tcp|udp|sctp) dport \. (?:numgen (?:random|inc)|jhash \1 saddr) mod (\d+)(?: seed \S+)? map @(\S+)$/;
  const [, , protocol, size, map] = form.exec(rule) ?? [];
  if (map === undefined) return [];
  const isOfAddress = rule.includes(' daddr ');
  const [frontend, said] = isOfAddress
    ? [key.replace(/ \. \w+ \. /, ' . '), / \. (\w+) \. /.exec(key)?.[1]]
    : [key.replace(/^\w+ \. /, ''), /^(\w+) \. /.exec(key)?.[1]];
  if (said !== protocol) throw new Error(`${key} meets the rule of another protocol: ${rule}`);
  return [{ map: map as SlotMap, frontend: frontend as Key, size: Number(size) }];
}

/** The endpoint in each slot of a choice; `undefined` where a slot is missing. */
export function slotsOf(table: Table, { map, frontend, size }: Choice): readonly (string | undefined)[] {
  return Array.from({ length: size }, (_, slot) => {
    const data = table.elements.get(map)?.get(`${frontend} . ${slot}` as Key);
    return data === undefined ? undefined : endpointText(data);
  });
}

function endpointText(data: string): string {
  const [text = '', port] = data.split(' . ');
  const address = parseAddress(text);
  return address === undefined ? `no endpoint: ${data}` : formatEndpoint(address, Number(port));
}

/**
 * What becomes of each frontend's packets: its endpoints in order, or `reject` or `drop`, by the set and the key; and by
 * `firewall` and the key the sources that may send any.
 */
export type Outcomes = Readonly<Record<string, readonly string[]>>;

/** The outcomes that a table has. */
export function outcomesIn(table: Table): Outcomes {
  const outcomes = [...frontendPaths(table)].map(([at, { choices, named }]) => {
    const slots = choices.flatMap((choice) => slotsOf(table, choice));
    return [at, sorted([...named, ...slots.map((slot) => slot ?? 'a slot is missing')])] as const;
  });
  const refusals = (['no-endpoint-services', 'no-endpoint-node-ports'] as const).flatMap((set) =>
    [...(table.elements.get(set) ?? [])].map(
      ([key, data]) =>
        [`${set} ${key}`, [partsOfData(data).value.replace('goto KUBE-', '').toLowerCase()]] as const,
    ),
  );
  const firewalls = [...(table.elements.get('firewall') ?? [])].map(([key, data]) => {
    const [rule = ''] =
      table.chains.get(partsOfData(data).value.replace('goto ', '') as ChainName)?.rules ?? [];
    const sources = /^ip6? saddr != \{? ?(.+?) ?\}? counter packets 0 bytes 0 drop$/.exec(rule)?.[1];
    return [`firewall ${key}`, (sources ?? `no firewall: ${rule}`).split(', ')] as const;
  });
  return Object.fromEntries([...outcomes, ...refusals, ...firewalls]);
}

/**
 * The outcomes that the plans ask for. An address of several frontends leads where the first one that has endpoints says;
 * what is refused there is refused after the translation, so that it comes to nothing.
 */
export function outcomesFor(plans: FamilyPlans): Outcomes {
  const outcomes: Record<string, readonly string[]> = {};
  const taken = new Set<string>();
  for (const plan of [...plans.values()].flat()) {
    for (const frontend of plan.frontends) {
      const [kind, key] = elementOf(frontend, plan);
      const sources = sourcesOf(frontend, plan);
      if (sources !== undefined) outcomes[`firewall ${key}`] = sources;
      if (taken.has(`${kind} ${key}`)) continue;
      const { forwarded, refusal } = outcomeOf(frontend, plan);
      if (forwarded !== undefined) taken.add(`${kind} ${key}`);
      if (forwarded !== undefined) outcomes[`${kind} ${key}`] = sorted(forwarded.map(textOf));
      if (refusal !== undefined) outcomes[`no-endpoint-${kind} ${key}`] = [refusal];
    }
  }
  return outcomes;
}

function elementOf(frontend: Frontend, { protocol }: ServicePortPlan): readonly [string, string] {
  const port = `${protocol.toLowerCase()} . ${frontend.port}`;
  return frontend.kind === 'NodePort' ? ['node-ports', port] : ['services', `${frontend.address} . ${port}`];
}

interface Outcome {
  readonly forwarded?: readonly Endpoint[];
  readonly refusal?: 'reject' | 'drop';
}

function outcomeOf(frontend: Frontend, plan: ServicePortPlan): Outcome {
  const { internal, external, endpoints } = plan;
  if (frontend.kind === 'ClusterIP') {
    if (internal.action !== 'forward') return { refusal: internal.action };
    return { forwarded: internal.policy === 'Cluster' ? endpoints.cluster : endpoints.local };
  }
  if (external.action === 'reject') return { refusal: 'reject' };
  const local = plan.externalTrafficPolicy === 'Local' ? endpoints.local : [];
  const forwarded = [...endpoints.cluster, ...local];
  return external.action === 'drop' ? { forwarded, refusal: 'drop' } : { forwarded };
}

/** The node's own requests carry the load balancer's address, which is a local one, as their source. */
function sourcesOf(frontend: Frontend, plan: ServicePortPlan): readonly string[] | undefined {
  const { firewall, external, frontends } = plan;
  if (frontend.kind !== 'LoadBalancerIP' || firewall === undefined || external.action === 'reject')
    return undefined;
  const own = frontends.flatMap((one) => (one.kind === 'LoadBalancerIP' ? [one.address] : []));
  return mergedRanges([...firewall.sourceRanges, ...(firewall.nodeMayPass ? own : [])]);
}

function textOf({ address, port }: Endpoint): string {
  return formatEndpoint(address, port);
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
