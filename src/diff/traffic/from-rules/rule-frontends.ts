import type { Family, Protocol } from '../../../net/family.ts';
import { addressOf, protocolNumbers } from '../../../net/numbers.ts';
import { servicePortOfChain } from '../../../nftables/kube-proxy-chains.ts';
import type { Element, Field, Interval, Pattern, Rule, Statement } from '../../../rules-text/rule.ts';
import type { Ruleset, RuleTable } from '../../../rules-text/ruleset.ts';
import type { TrafficFrontend } from '../traffic-frontend.ts';
import { affinityOf, chainsOf } from './rule-affinity.ts';
import { elementsOf, patternsOf, rulesOf } from './table-parts.ts';

/** The frontends that rules serve or refuse: those of Portolan and kube-proxy, in either mode. */
export function* ruleFrontends({ tables, family }: Ruleset): Iterable<TrafficFrontend> {
  for (const table of tables) {
    if (table.language === 'iptables') yield* dispatchedByRules(table, family);
    else yield* dispatchedByMaps(table, family);
  }
}

/** Frontends of dispatch chains, whose rules each match one address and port, or one port of the node. */
function* dispatchedByRules(table: RuleTable, family: Family): Iterable<TrafficFrontend> {
  for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES']) {
    for (const rule of rulesOf(table, chain)) yield* frontendOfRule(rule, table, family);
  }
  if (!table.name.endsWith(' nat')) return;
  for (const rule of rulesOf(table, 'KUBE-NODEPORTS')) yield* frontendOfRule(rule, table, family);
}

function* frontendOfRule(rule: Rule, table: RuleTable, family: Family): Iterable<TrafficFrontend> {
  const port = onlyValue(rule, 'destination-port');
  const protocol = protocolOf(onlyValue(rule, 'protocol'));
  if (port === undefined || protocol === undefined) return;
  const address = onlyValue(rule, 'destination-address');
  const kind = kindOf(rule.comment, address, asksForAddressType(rule));
  yield {
    kind,
    address: address === undefined || kind === 'NodePort' ? undefined : addressOf(address, family),
    port: Number(port),
    protocol,
    service: serviceOf(rule.comment),
    ranges: rule.statements.flatMap((statement) => rangesOfTarget(statement, table)),
    affinity: () => affinityOf([rule], table),
  };
}

/** A rule for node ports may have the network 127.0.0.0/8, which is not a single address. */
function kindOf(comment: string, address: bigint | undefined, isForNode: boolean): TrafficFrontend['kind'] {
  if (address === undefined || isForNode) return 'NodePort';
  if (comment.includes('cluster IP')) return 'ClusterIP';
  if (comment.includes('external IP')) return 'ExternalIP';
  return comment.includes('loadbalancer IP') ? 'LoadBalancerIP' : 'address';
}

function asksForAddressType({ statements }: Rule): boolean {
  return statements.some(
    ({ kind, ...statement }) =>
      kind === 'match' &&
      'value' in statement &&
      statement.value.kind === 'field' &&
      statement.value.field === 'destination-address-type',
  );
}

/** `default/web:http cluster IP` and the like. */
function serviceOf(comment: string): string {
  return /^[a-z0-9.-]+\/[a-z0-9.-]+(?::[a-z0-9-]+)?(?= |$)/.exec(comment)?.[0] ?? '';
}

/** Frontends of maps, whose keys are an address, protocol and port, or a protocol and port of the node. */
function* dispatchedByMaps(table: RuleTable, family: Family): Iterable<TrafficFrontend> {
  const clusterIPs = new Set(elementsOf(table, 'cluster-ips').map(({ key }) => key[0]));
  const guards = guardsOf(table);
  for (const map of ['services', 'service-ips', 'no-endpoint-services']) {
    for (const element of elementsOf(table, map)) {
      const [address, protocol, port] = element.key;
      if (typeof address !== 'bigint') continue;
      const kind = clusterIPs.has(address) ? 'ClusterIP' : 'address';
      yield* frontendOfElement(element, {
        table,
        guards,
        protocol,
        port,
        kind,
        address: addressOf(address, family),
      });
    }
  }
  for (const map of ['node-ports', 'service-nodeports', 'no-endpoint-node-ports', 'no-endpoint-nodeports']) {
    for (const element of elementsOf(table, map)) {
      const [protocol, port] = element.key;
      yield* frontendOfElement(element, {
        table,
        guards,
        protocol,
        port,
        kind: 'NodePort',
        address: undefined,
      });
    }
  }
}

interface Key extends Pick<TrafficFrontend, 'kind' | 'address'> {
  readonly table: RuleTable;
  readonly guards: Guards;
  readonly protocol: Pattern | undefined;
  readonly port: Pattern | undefined;
}

function* frontendOfElement(
  element: Element,
  { table, guards, kind, address, ...key }: Key,
): Iterable<TrafficFrontend> {
  const protocol = protocolOf(key.protocol);
  if (protocol === undefined || typeof key.port !== 'bigint') return;
  yield {
    kind,
    address,
    port: Number(key.port),
    protocol,
    service: serviceOf(element.comment) || serviceOfChain(element),
    ranges: guards.get(String(element.key)) ?? [],
    affinity: () => affinityOf([], table, chainsOf(element.verdict)),
  };
}

/** The source ranges of load balancer addresses, by the key of the map element. */
type Guards = ReadonlyMap<string, readonly Interval[]>;

function guardsOf(table: RuleTable): Guards {
  const elements = ['firewall', 'firewall-ips'].flatMap((map) => elementsOf(table, map));
  return new Map(
    elements.map(({ key, verdict }) => [
      String(key),
      verdict !== undefined && 'chain' in verdict ? rangesOfChain(verdict.chain, table) : [],
    ]),
  );
}

function serviceOfChain({ verdict }: Element): string {
  return (verdict !== undefined && 'chain' in verdict ? servicePortOfChain(verdict.chain) : undefined) ?? '';
}

function rangesOfTarget(statement: Statement, table: RuleTable): readonly Interval[] {
  if (statement.kind !== 'verdict' || !('chain' in statement.verdict)) return [];
  return statement.verdict.chain.startsWith('KUBE-FW-') ? rangesOfChain(statement.verdict.chain, table) : [];
}

/** The source ranges that the rules of a firewall chain match. */
function rangesOfChain(chain: string, table: RuleTable): readonly Interval[] {
  return rulesOf(table, chain).flatMap(({ statements }) =>
    statements.flatMap((statement) => {
      const isOfSource =
        statement.kind === 'match' &&
        statement.value.kind === 'field' &&
        statement.value.field === 'source-address';
      return isOfSource ? patternsOf(statement.test, table).flatMap(intervalOf) : [];
    }),
  );
}

function intervalOf(pattern: Pattern): readonly Interval[] {
  if (typeof pattern === 'bigint') return [{ from: pattern, to: pattern }];
  return typeof pattern === 'object' && 'from' in pattern ? [pattern] : [];
}

/** The single value that a rule requires of a field; `undefined` where it requires none or allows several. */
function onlyValue({ statements }: Rule, field: Field): bigint | undefined {
  for (const statement of statements) {
    if (statement.kind !== 'match' || statement.value.kind !== 'field' || statement.value.field !== field)
      continue;
    const { test } = statement;
    if (test.kind === 'compare' && test.operator === '==' && test.with.kind === 'value')
      return typeof test.with.value === 'bigint' ? test.with.value : undefined;
    if (test.kind !== 'in' || test.negated || test.elements.kind !== 'inline') continue;
    const [element, ...more] = test.elements.elements;
    const only = more.length === 0 && element?.key.length === 1 ? element.key[0] : undefined;
    if (typeof only === 'bigint') return only;
    if (typeof only === 'object' && 'from' in only && only.from === only.to) return only.from;
  }
  return undefined;
}

function protocolOf(number: Pattern | undefined): Protocol | undefined {
  return (['TCP', 'UDP', 'SCTP'] as const).find((protocol) => protocolNumbers[protocol] === number);
}
