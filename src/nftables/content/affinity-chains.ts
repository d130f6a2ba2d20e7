import { endpointChainName, type ChainName as SharedName } from '../../iptables/chain-names.ts';
import { formatEndpoint } from '../../net/address.ts';
import type { Endpoint, ServicePortPlan } from '../../plan/service-plan.ts';
import { type ChainName, type ClientSetName, clientSetName } from '../names.ts';
import { type NftablesOptions, nftFamily } from '../nftables-options.ts';
import type { Rule, SetDeclaration } from '../table/table.ts';
import { commentText, goto, rule } from './listed-form.ts';
import { slotExpression } from './shapes.ts';
import type { Slots } from './slots.ts';

/** The chain of one endpoint, and the set of its clients. */
export interface EndpointChain {
  readonly name: ChainName;
  readonly clients: ClientSetName;
  readonly rules: readonly Rule[];
}

/**
 * The endpoint chains of a service port with affinity. Each has a set of its own for its clients, so that these are
 * forgotten with the endpoint, and clients of other endpoints are not affected.
 */
export function endpointChains(
  plan: ServicePortPlan,
  endpoints: readonly Endpoint[],
  options: NftablesOptions,
): readonly EndpointChain[] {
  return endpoints.map((endpoint) => {
    const name = chainOfEndpoint(plan, endpoint);
    const clients = clientSetName(name);
    return { name, clients, rules: endpointRules(plan, endpoint, clients, options) };
  });
}

/** The name of the chain of one endpoint. */
export function chainOfEndpoint({ name, protocol }: ServicePortPlan, endpoint: Endpoint): ChainName {
  const shared: SharedName = endpointChainName(name, protocol, endpoint);
  return `${shared}` as ChainName;
}

/**
 * Picks the endpoint that the client had before, or else any by the balance of the Service. The last rule takes
 * whatever remains: while the chain is rewritten, a packet in the old rules finds their anonymous map empty already.
 */
export function affinityPickRules(
  plan: ServicePortPlan,
  slots: Slots,
  options: NftablesOptions,
): readonly Rule[] {
  const ip = nftFamily(options.family);
  const [first, ...others] = slots.map((endpoint) => chainOfEndpoint(plan, endpoint));
  if (first === undefined) return [];
  const remembered = [...new Set([first, ...others])].map((chain) =>
    rule(ip, `saddr @${clientSetName(chain)}`, goto(chain)),
  );
  const choice = slotExpression({ balance: plan.balance, size: slots.length }, options);
  const verdicts = others.map((chain, index) => `${index + 1} : ${goto(chain)}`).join(', ');
  return [
    ...remembered,
    ...(others.length === 0 ? [] : [rule(choice, `vmap { ${verdicts} }`)]),
    rule(goto(first), comment(plan)),
  ];
}

function endpointRules(
  plan: ServicePortPlan,
  { address, port }: Endpoint,
  clients: ClientSetName,
  { family }: NftablesOptions,
): readonly Rule[] {
  const protocol = plan.protocol.toLowerCase();
  const timeout = nftTime(plan.affinityTimeoutSeconds ?? 0);
  return [
    rule(`update @${clients} { ${nftFamily(family)} saddr timeout ${timeout} }`),
    rule(
      `meta l4proto ${protocol} counter packets 0 bytes 0 dnat to ${formatEndpoint(address, port)}`,
      comment(plan),
    ),
  ];
}

function comment({ name }: ServicePortPlan): string {
  return `comment "${commentText(name)}"`;
}

/** Seconds as nft lists them: `1d`, `3h`, `1m30s`. */
export function nftTime(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  let left = seconds;
  let text = '';
  for (const [length, unit] of units) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/** The set of the clients that stay with an endpoint. A rule adds them, with their timeout. */
export function clientSet(name: ClientSetName, { family }: Pick<NftablesOptions, 'family'>): SetDeclaration {
  const type = family === 'IPv4' ? 'type ipv4_addr' : 'type ipv6_addr';
  return { name, kind: 'set', properties: [type, `size ${mostClients}`, 'flags dynamic,timeout'] };
}

/** The clients that nft remembers for one endpoint by default, as in kube-proxy; further ones get any endpoint. */
const mostClients = 65_535;
