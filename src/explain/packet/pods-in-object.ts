import { type Address, parseAddress } from '../../net/address.ts';
import { nameRules } from '../../state/object-names.ts';
import { type Fields, isFields } from '../../state/read-fields.ts';

/** A pod that an object names. */
export interface FoundPod {
  readonly namespace: string;
  readonly name: string;
  /** The first of each family counts. */
  readonly addresses: readonly Address[];
}

/**
 * The pods that an object or the items of a List name: Pods themselves, and the targets of endpoints in EndpointSlices.
 */
export function* podsInObject(object: unknown): Iterable<FoundPod> {
  if (!isFields(object)) return;
  if (Array.isArray(object.items)) {
    for (const item of object.items) yield* podsInObject(withKind(item, object.kind));
  } else if (object.kind === 'Pod') yield* podOf(object);
  else if (object.kind === 'EndpointSlice') yield* podsOfSlice(object);
}

/** The API server omits the kind of the items of a List. */
function withKind(item: unknown, listKind: unknown): unknown {
  if (!isFields(item) || item.kind !== undefined || typeof listKind !== 'string') return item;
  return { ...item, kind: listKind.replace(/List$/, '') };
}

function* podOf({ metadata, status }: Fields): Iterable<FoundPod> {
  const { podIPs, podIP } = isFields(status) ? status : {};
  const ips = Array.isArray(podIPs)
    ? podIPs.map((entry) => (isFields(entry) ? entry.ip : undefined))
    : [podIP];
  yield* named(metadata, ips);
}

function* podsOfSlice({ metadata, endpoints }: Fields): Iterable<FoundPod> {
  const namespace = isFields(metadata) ? metadata.namespace : undefined;
  for (const endpoint of Array.isArray(endpoints) ? endpoints : []) {
    if (!isFields(endpoint) || !isFields(endpoint.targetRef) || endpoint.targetRef.kind !== 'Pod') continue;
    const reference = { namespace, ...endpoint.targetRef };
    yield* named(reference, Array.isArray(endpoint.addresses) ? endpoint.addresses : []);
  }
}

function* named(reference: unknown, ips: readonly unknown[]): Iterable<FoundPod> {
  const { name, namespace = 'default' } = isFields(reference) ? reference : {};
  if (typeof name !== 'string' || typeof namespace !== 'string') return;
  if (!nameRules.subdomain.pattern.test(name) || !nameRules.label.pattern.test(namespace)) return;
  const addresses = ips.flatMap((ip) => (typeof ip === 'string' ? (parseAddress(ip) ?? []) : []));
  if (addresses.length > 0) yield { namespace, name, addresses };
}
