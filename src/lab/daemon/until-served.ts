import { type Address, parseAddress } from '../../net/address.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import type { LabNode } from '../nodes/start-node.ts';
import { untilAnswered } from '../runtime/probe.ts';
import type { LabContext } from './lab-context.ts';

/** Resolves when connections from each node to the ClusterIPs of Services that have ready endpoints succeed. */
export async function untilServed(
  { store, namespaces, opener }: LabContext,
  nodes: readonly LabNode[],
): Promise<void> {
  const targets = servedAddresses(store).slice(0, mostProbed);
  const probes = nodes.flatMap(({ host: { network } }) => targets.map((target) => ({ network, ...target })));
  await Promise.all(probes.map((probe) => untilAnswered(probe, { namespaces, opener })));
}

/** Where many are served, the others are. */
const mostProbed = 8;

function servedAddresses(
  store: ObjectStore,
): readonly { readonly address: Address; readonly port: number }[] {
  return store.list('Service').flatMap(({ metadata, spec: { clusterIPs = [], ports = [] } }) => {
    const [port] = ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP').map((each) => each.port);
    const isServed = store
      .list('EndpointSlice', metadata.namespace)
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
      .some(({ endpoints = [] }) => endpoints.some(({ conditions }) => conditions?.ready !== false));
    if (port === undefined || !isServed) return [];
    return clusterIPs.flatMap((text) => {
      const address = parseAddress(text);
      return address === undefined ? [] : [{ address, port }];
    });
  });
}
