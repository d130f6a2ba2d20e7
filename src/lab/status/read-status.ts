import type { Service } from '../api/kinds/kinds.ts';
import type { ObjectStore } from '../api/store/object-store.ts';
import type { LabContext } from '../daemon/lab-context.ts';
import type { Host } from '../network/underlay.ts';
import { podCidrsOf, zoneLabel } from '../nodes/node-object.ts';
import type { LabNode } from '../nodes/start-node.ts';
import type { LabStatus, NodeStatus, ServiceStatus } from './lab-status.ts';
import { podSummary } from './pod-summary.ts';

export function readStatus(
  { spec, folder, store }: LabContext,
  nodes: readonly LabNode[],
  hosts: readonly Host[],
): LabStatus {
  return {
    name: folder.name,
    network: spec.network,
    cni: spec.cni,
    mode: spec.mode,
    kubeconfig: folder.kubeconfig,
    nodes: nodes.map((node) => nodeStatus(node, store)),
    pods: store.list('Pod').map(podSummary),
    services: store.list('Service').map((service) => serviceStatus(service, store)),
    hosts: hosts.map(({ name, addresses }) => ({ name, addresses })),
  };
}

function nodeStatus({ name, host, proxy }: LabNode, store: ObjectStore): NodeStatus {
  const node = store.get('Node', name);
  return {
    name,
    zone: node?.metadata.labels?.[zoneLabel],
    addresses: host.addresses,
    podCIDRs: node === undefined ? [] : podCidrsOf(node),
    ready:
      node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    proxy: proxy.isRunning,
  };
}

function serviceStatus({ metadata, spec, status }: Service, store: ObjectStore): ServiceStatus {
  const { type = 'ClusterIP', clusterIPs = [], externalIPs = [], ports = [] } = spec;
  const slices = store
    .list('EndpointSlice', metadata.namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name);
  const ready = slices
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ targetRef, addresses }) => targetRef?.uid ?? addresses[0] ?? []);
  return {
    name: `${metadata.namespace}/${metadata.name}`,
    type,
    addresses: clusterIPs,
    external: [
      ...externalIPs,
      ...(status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []),
    ],
    ports: ports.map(({ port, nodePort, protocol = 'TCP' }) =>
      nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
    ),
    readyEndpoints: new Set(ready).size,
  };
}
