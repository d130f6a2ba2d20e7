import { endpointChainName, serviceChainNames } from '../../../src/iptables/chain-names.ts';
import { type Address, formatEndpoint } from '../../../src/net/address.ts';
import { nftFamily } from '../../../src/nftables/nftables-options.ts';
import { type ListedElement, TableReader } from '../../../src/nftables/table/read-table.ts';
import type { ServicePortName } from '../../../src/plan/service-plan.ts';
import { until } from '../until.ts';
import { targetPort } from './objects.ts';
import type { Stage } from './stage.ts';

/** The table as nft lists it, with handles and counters; without the time that is left to elements. */
export async function listTable({ node, addresses }: Pick<Stage, 'node' | 'addresses'>): Promise<string> {
  const listed = await node.exec('nft', ['-a', 'list', 'table', nftFamily(addresses.family), 'portolan']);
  return listed.replaceAll(/ expires \w+/g, '');
}

/** The table without what is another's after it was made anew: handles and counts. */
export async function listContent(stage: Stage): Promise<string> {
  return (await listTable(stage)).replaceAll(/ # handle \d+| packets \d+ bytes \d+/g, '');
}

/** The elements that Services have in a table. */
export function elementsOf(table: string): readonly ListedElement[] {
  const elements: ListedElement[] = [];
  const reader = new TableReader((element) => elements.push(element));
  for (const line of table.replaceAll(/ # handle \d+/g, '').split('\n')) reader.line(line);
  return elements;
}

/** Waits until the slots of a Service's TCP port name exactly these pods. */
export async function untilServedBy(stage: Stage, service: Address, pods: readonly Address[]): Promise<void> {
  const read = async () => {
    const elements = elementsOf(await listTable(stage));
    const slots = elements.filter(
      ({ set, key }) => set === 'service-endpoints-tcp' && key.startsWith(`${service} . `),
    );
    return new Set(slots.map(({ data }) => data.split(' ')[0]));
  };
  await until(read, (found) => found.size === pods.length && pods.every((pod) => found.has(pod)));
}

/** The same for a Service with affinity, named `default/NAME`. */
export async function untilAffineTo(stage: Stage, name: string, pods: readonly Address[]): Promise<void> {
  const port = `default/${name}:tcp` as ServicePortName;
  const { cluster } = serviceChainNames(port, 'TCP');
  const wanted = pods.map((address) => endpointChainName(port, 'TCP', { address, port: targetPort }));
  const read = async () => {
    const rules = await stage.node.exec('nft', [
      'list',
      'chain',
      nftFamily(stage.addresses.family),
      'portolan',
      cluster,
    ]);
    return new Set(Array.from(rules.matchAll(/goto (KUBE-SEP-\w+)/g), ([, chain]) => chain));
  };
  await until(read, (found) => found.size === wanted.length && wanted.every((chain) => found.has(chain)));
}

/** The clients that the table remembers, by the chain of their endpoint. */
export function clientsOf(table: string): readonly string[] {
  return Array.from(
    table.matchAll(/set (KUBE-SEP-\w+)-clients \{[^}]*elements = \{([^}]*)\}/g),
    ([, chain = '', elements = '']) =>
      elements
        .split(',')
        .map((element) => `${element.trim().split(' ')[0]} -> ${chain}`)
        .sort(),
  )
    .flat()
    .sort();
}

/** An endpoint as servers name themselves. */
export function serverName(pod: Address): string {
  return formatEndpoint(pod, targetPort);
}
