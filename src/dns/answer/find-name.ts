import type { Address } from '../../net/address.ts';
import { type Protocol, protocols } from '../../net/family.ts';
import type { ClusterIndex } from '../objects/cluster-index.ts';
import type { ServiceRecord } from '../objects/records.ts';
import { addressOfLabel } from './endpoint-name.ts';
import { type NameServer, nameServers } from './name-servers.ts';
import { type ServiceEntry, serviceEntries } from './service-entries.ts';

/** What there is at a name of the cluster's domain. */
export type NameContent =
  /** The domain itself. */
  | { readonly kind: 'apex'; readonly nameServers: readonly NameServer[] }
  /** Nothing, but names below it: an empty non-terminal (RFC 8020, 3.1). */
  | { readonly kind: 'empty' }
  | { readonly kind: 'addresses'; readonly addresses: readonly Address[] }
  | {
      readonly kind: 'service';
      /** Labels of the Service below the domain: `web`, `default`, `svc`. */
      readonly labels: readonly string[];
      readonly entries: readonly ServiceEntry[];
    }
  | { readonly kind: 'alias'; readonly target: string }
  | { readonly kind: 'text'; readonly text: string; readonly ttl: number };

/** https://github.com/kubernetes/dns/blob/master/docs/specification.md, 2.2 */
const schemaVersion: NameContent = { kind: 'text', text: '1.1.0', ttl: 28_800 };

const empty: NameContent = { kind: 'empty' };

/**
 * Finds what the specification has at a name, given by its labels below the cluster's domain, in lower case. `undefined`
 * where there is no such name.
 */
export function findName(
  index: ClusterIndex,
  labels: readonly string[],
  ownAddresses: readonly Address[],
): NameContent | undefined {
  const below = labels.slice(0, -1);
  switch (labels.at(-1)) {
    case undefined:
      return { kind: 'apex', nameServers: nameServers(index, ownAddresses) };
    case 'svc':
      return findService(index, below);
    case 'pod':
      return findPod(index, below);
    case 'dns-version':
      return below.length === 0 ? schemaVersion : undefined;
    case 'dns':
      return findNameServer(index, below, ownAddresses);
    default:
      return undefined;
  }
}

/** Below `svc`: a namespace, a Service, and before it an endpoint, or a port and its protocol. */
function findService(index: ClusterIndex, labels: readonly string[]): NameContent | undefined {
  const [namespace, name, ...rest] = labels.toReversed();
  if (namespace === undefined) return empty;
  if (!index.hasNamespace(namespace)) return undefined;
  if (name === undefined) return empty;
  const service = index.service(namespace, name);
  if (service === undefined) return undefined;
  if (service.target.type === 'ExternalName')
    return rest.length === 0 ? { kind: 'alias', target: service.target.externalName } : undefined;
  return findBelowService(index, service, [name, namespace, 'svc'], rest);
}

function findBelowService(
  index: ClusterIndex,
  service: ServiceRecord,
  labels: readonly string[],
  [first, second, ...more]: readonly string[],
): NameContent | undefined {
  const content = (entries: readonly ServiceEntry[]): NameContent | undefined =>
    entries.length === 0 ? undefined : { kind: 'service', labels, entries };
  if (first === undefined) return content(serviceEntries(index, service));
  const protocol = protocolOf(first);
  if (second === undefined) {
    if (protocol === undefined) return content(serviceEntries(index, service, { endpoint: first }));
    return hasNamedPort(index, service, protocol) ? empty : undefined;
  }
  const name = second.startsWith('_') ? second.slice(1) : '';
  // "Unnamed ports do not have an SRV record."
  if (protocol === undefined || name === '' || more.length > 0) return undefined;
  return content(serviceEntries(index, service, { port: { name, protocol } }));
}

/** `_tcp`, in lower case. */
function protocolOf(label: string): Protocol | undefined {
  return protocols.find((protocol) => label === `_${protocol.toLowerCase()}`);
}

/** Whether there are names of ports below that of the protocol. */
function hasNamedPort(index: ClusterIndex, service: ServiceRecord, protocol: Protocol): boolean {
  const { target, key, ports } = service;
  const all = target.type === 'headless' ? index.slicesOf(key).flatMap((slice) => slice.ports) : ports;
  return all.some(
    (port) =>
      port.protocol === protocol &&
      port.name !== '' &&
      serviceEntries(index, service, { port: { name: port.name, protocol } }).length > 0,
  );
}

/** Below `pod`: a namespace, and any address in it; whether a pod has it is not asked ("pods insecure"). */
function findPod(index: ClusterIndex, labels: readonly string[]): NameContent | undefined {
  const [namespace, label, ...more] = labels.toReversed();
  if (namespace === undefined) return empty;
  if (!index.hasNamespace(namespace)) return undefined;
  if (label === undefined) return empty;
  const address = more.length === 0 ? addressOfLabel(label) : undefined;
  return address === undefined ? undefined : { kind: 'addresses', addresses: [address] };
}

function findNameServer(
  index: ClusterIndex,
  labels: readonly string[],
  ownAddresses: readonly Address[],
): NameContent | undefined {
  if (labels.length === 0) return empty;
  if (labels.length > 1 || labels[0] !== 'ns') return undefined;
  return {
    kind: 'addresses',
    addresses: nameServers(index, ownAddresses).flatMap(({ addresses }) => addresses),
  };
}
