import { type Address, familyOf } from '../net/address.ts';
import { families, protocols } from '../net/family.ts';
import { nameRules } from './object-names.ts';
import { ownText } from './own-text.ts';
import type { FieldPath, FieldReader, Fields } from './read-fields.ts';
import {
  type Balance,
  balanceAnnotation,
  balances,
  type Change,
  type EndpointPortRecord,
  type ServiceKey,
  type ServicePortRecord,
  type ServiceRecord,
  type TrafficPolicy,
} from './records.ts';
import { shown } from './shown.ts';

const policies: readonly TrafficPolicy[] = ['Cluster', 'Local'];
const types = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;
const nobody = Symbol('a proxy without a name');
const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';

/** RFC 3339, as the API server writes it. */
const timestamp = {
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/,
  allowed: 'a time such as 2026-01-31T12:00:00Z',
};

/** The API's default for the timeout of session affinity, in seconds. */
const usualAffinityTimeout = 10_800;
const longestAffinityTimeout = 86_400;

/** What plans need of a Service; headless Services and those of type ExternalName are ignored. */
export function reduceService(name: string, object: Fields, reader: FieldReader): Change {
  const key = name as ServiceKey;
  const metadata = reader.mapping(object.metadata, 'metadata');
  const spec = reader.mapping(object.spec, 'spec');
  const type = reader.word(spec.type, 'spec.type', types) ?? 'ClusterIP';
  const proxyName = readProxyName(metadata, reader);
  const clusterIPs = type === 'ExternalName' || isHeadless(spec) ? [] : readClusterIPs(spec, reader);
  if (clusterIPs.length === 0 || proxyName === nobody) return { kind: 'Service', key, record: undefined };
  const externalIPs = reader.each(spec.externalIPs, 'spec.externalIPs', (ip, field) =>
    reader.address(ip, field),
  );
  const externalTrafficPolicy = readExternalPolicy(spec, type, externalIPs, reader);
  const { loadBalancerIPs, loadBalancerSourceRanges } = readLoadBalancer(spec, object, reader);
  const record: ServiceRecord = {
    key,
    uid: readUid(metadata, reader),
    createdAt: reader.name(metadata.creationTimestamp, 'metadata.creationTimestamp', timestamp) ?? '',
    proxyName: proxyName ?? '',
    clusterIPs,
    externalIPs,
    loadBalancerIPs,
    loadBalancerSourceRanges,
    ports: readPorts(spec, reader),
    internalTrafficPolicy:
      reader.word(spec.internalTrafficPolicy, 'spec.internalTrafficPolicy', policies) ?? 'Cluster',
    externalTrafficPolicy,
    affinityTimeoutSeconds: readAffinity(spec, reader),
    balance: readBalance(metadata, reader),
    healthCheckNodePort:
      type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
        ? readOptionalPort(spec.healthCheckNodePort, 'spec.healthCheckNodePort', reader)
        : undefined,
  };
  return { kind: 'Service', key, record };
}

/** Not shared like other texts, since every uid is unique. */
function readUid({ uid }: Fields, reader: FieldReader): string {
  return uid === undefined || uid === null
    ? ''
    : ownText(reader.requiredName(uid, 'metadata.uid', nameRules.labelValue) ?? '');
}

function isHeadless({ clusterIP }: Fields): boolean {
  return clusterIP === 'None' || clusterIP === undefined || clusterIP === null || clusterIP === '';
}

/** `clusterIP` alone where the object has no `clusterIPs`; one address a family. */
function readClusterIPs(spec: Fields, reader: FieldReader): readonly Address[] {
  const several = reader.list(spec.clusterIPs, 'spec.clusterIPs');
  const all =
    several.length > 0
      ? reader.each(several, 'spec.clusterIPs', (ip, field) => reader.address(ip, field))
      : [reader.address(spec.clusterIP, 'spec.clusterIP')].flatMap((ip) => ip ?? []);
  return oneAFamily(all, reader);
}

function oneAFamily(addresses: readonly Address[], reader: FieldReader): readonly Address[] {
  if (addresses.length < 2) return addresses;
  const firsts = families.map((family) => addresses.find((ip) => familyOf(ip) === family));
  const surplus = addresses.filter((ip) => !firsts.includes(ip));
  if (surplus.length > 0)
    reader.fault('spec.clusterIPs', `must hold one address a family; ${surplus.join(', ')} is left out`);
  return addresses.filter((ip, index) => firsts.includes(ip) && addresses.indexOf(ip) === index);
}

/** The policy has a meaning only for Services that are reachable from outside. */
function readExternalPolicy(
  spec: Fields,
  type: (typeof types)[number],
  externalIPs: readonly Address[],
  reader: FieldReader,
): TrafficPolicy {
  const policy = reader.word(spec.externalTrafficPolicy, 'spec.externalTrafficPolicy', [...policies, '']);
  const external = type === 'NodePort' || type === 'LoadBalancer' || externalIPs.length > 0;
  return policy === 'Local' && external ? 'Local' : 'Cluster';
}

/** The label, whatever its value, takes the Service from every proxy that it does not name. */
function readProxyName(metadata: Fields, reader: FieldReader): string | typeof nobody | undefined {
  const labels = reader.mapping(metadata.labels, 'metadata.labels');
  const label = labels[proxyNameLabel];
  if (label === undefined) return undefined;
  return reader.name(label, `metadata.labels["${proxyNameLabel}"]`, nameRules.labelValue) || nobody;
}

/** If no range is readable, nobody may pass: without ranges, everybody could. */
function readLoadBalancer(spec: Fields, object: Fields, reader: FieldReader) {
  const field = 'spec.loadBalancerSourceRanges';
  const asked = spec.loadBalancerSourceRanges ?? [];
  const loadBalancerSourceRanges = reader.each(asked, field, (range, at) => reader.cidr(range, at));
  const open = Array.isArray(asked) && asked.length === 0;
  if (open || loadBalancerSourceRanges.length > 0) {
    return { loadBalancerIPs: readLoadBalancerIPs(object, reader), loadBalancerSourceRanges };
  }
  reader.fault(field, 'has no range that can be read, so its load balancer addresses are left out');
  return { loadBalancerIPs: [], loadBalancerSourceRanges };
}

/**
 * With `ipMode: Proxy` the load balancer itself sends traffic on, so the address is not the node's to answer
 * (KEP-1860).
 */
function readLoadBalancerIPs({ status }: Fields, reader: FieldReader): readonly Address[] {
  const { loadBalancer } = reader.mapping(status, 'status');
  const { ingress } = reader.mapping(loadBalancer, 'status.loadBalancer');
  return reader.each(ingress, 'status.loadBalancer.ingress', (entry, field) => {
    const { ip, ipMode } = reader.mapping(entry, field);
    if (ip === undefined || ip === null || ip === '') return undefined;
    const mode = reader.word(ipMode ?? 'VIP', `${field}.ipMode`, ['VIP', 'Proxy']);
    return mode === 'VIP' ? reader.address(ip, `${field}.ip`) : undefined;
  });
}

function readPorts(spec: Fields, reader: FieldReader): readonly ServicePortRecord[] {
  const isRepeat = withoutRepeats(reader);
  const numbers = new Set<string>();
  return reader.each(spec.ports, 'spec.ports', (entry, field) => {
    const port = readPort(reader.mapping(entry, field), field, reader);
    if (port === undefined || isRepeat(port, field)) return undefined;
    const number = `${port.port}/${port.protocol}`;
    if (numbers.has(number))
      return reader.fault(`${field}.port`, `${number} is taken by an earlier port of this Service`);
    numbers.add(number);
    return port;
  });
}

/** Checks names of the ports of one object: only the first port of a name is used. */
export function withoutRepeats(reader: FieldReader): (port: EndpointPortRecord, field: FieldPath) => boolean {
  const names = new Set<string>();
  return ({ name }, field) => {
    if (!names.has(name)) {
      names.add(name);
      return false;
    }
    reader.fault(`${field}.name`, `${shown(name)} is the name of an earlier port; each needs its own`);
    return true;
  };
}

function readPort(entry: Fields, field: FieldPath, reader: FieldReader): ServicePortRecord | undefined {
  const before = reader.problems.length;
  const name = readPortName(entry.name, `${field}.name`, reader);
  const protocol = reader.word(entry.protocol, `${field}.protocol`, protocols) ?? 'TCP';
  const port = reader.port(entry.port, `${field}.port`);
  const nodePort = readOptionalPort(entry.nodePort, `${field}.nodePort`, reader);
  const usable = reader.problems.length === before;
  return usable && name !== undefined && port !== undefined ? { name, protocol, port, nodePort } : undefined;
}

/** The name of a port; the only port of an object needs none. `undefined` where it is no name. */
export function readPortName(value: unknown, field: FieldPath, reader: FieldReader): string | undefined {
  return value === '' || value === undefined || value === null
    ? ''
    : reader.name(value, field, nameRules.label);
}

/** In the API, 0 means that no port is allocated. */
function readOptionalPort(value: unknown, field: FieldPath, reader: FieldReader): number | undefined {
  return value === 0 ? undefined : reader.integer(value, field, 1, 65_535);
}

function readAffinity(spec: Fields, reader: FieldReader): number | undefined {
  const affinity = reader.word(spec.sessionAffinity, 'spec.sessionAffinity', ['None', 'ClientIP', '']);
  if (affinity !== 'ClientIP') return undefined;
  const { clientIP } = reader.mapping(spec.sessionAffinityConfig, 'spec.sessionAffinityConfig');
  const { timeoutSeconds } = reader.mapping(clientIP, 'spec.sessionAffinityConfig.clientIP');
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  return reader.integer(timeoutSeconds, field, 1, longestAffinityTimeout) ?? usualAffinityTimeout;
}

/** The only annotation of Services that is read. */
function readBalance(metadata: Fields, reader: FieldReader): Balance {
  const annotations = reader.mapping(metadata.annotations, 'metadata.annotations');
  const annotation = annotations[balanceAnnotation];
  if (annotation === '') return 'random';
  return reader.word(annotation, `metadata.annotations["${balanceAnnotation}"]`, balances) ?? 'random';
}
