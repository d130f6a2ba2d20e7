import { nameRules } from './object-names.ts';
import type { FieldReader, Fields } from './read-fields.ts';
import type { Change } from './records.ts';

const zoneLabel = 'topology.kubernetes.io/zone';
/** The cluster autoscaler sets it before it deletes a node. */
const toBeDeletedTaint = 'ToBeDeletedByClusterAutoscaler';
const addressTypes = ['InternalIP', 'ExternalIP'] as const;

/** What the plan needs of a Node. */
export function reduceNode(name: string, object: Fields, reader: FieldReader): Change {
  const metadata = reader.mapping(object.metadata, 'metadata');
  const labels = reader.mapping(metadata.labels, 'metadata.labels');
  const spec = reader.mapping(object.spec, 'spec');
  const podCIDRs = reader.list(spec.podCIDRs, 'spec.podCIDRs');
  return {
    kind: 'Node',
    key: name,
    record: {
      name,
      zone: reader.name(labels[zoneLabel], `metadata.labels["${zoneLabel}"]`, nameRules.labelValue) ?? '',
      addresses: readAddresses(object, reader),
      podCIDRs:
        podCIDRs.length > 0 || spec.podCIDR === undefined
          ? reader.each(podCIDRs, 'spec.podCIDRs', (range, field) => reader.cidr(range, field))
          : [reader.cidr(spec.podCIDR, 'spec.podCIDR')].flatMap((range) => range ?? []),
      beingDeleted:
        (metadata.deletionTimestamp ?? '') !== '' || hasTaint(spec.taints, toBeDeletedTaint, reader),
    },
  };
}

function hasTaint(taints: unknown, key: string, reader: FieldReader): boolean {
  return reader
    .list(taints, 'spec.taints')
    .some((taint, index) => reader.mapping(taint, `spec.taints[${index}]`).key === key);
}

/** Internal addresses go before external ones, as the API says a node is reached. */
function readAddresses({ status }: Fields, reader: FieldReader) {
  const { addresses } = reader.mapping(status, 'status');
  const found = reader.each(addresses, 'status.addresses', (entry, field) => {
    const { type, address } = reader.mapping(entry, field);
    if (type !== 'InternalIP' && type !== 'ExternalIP') return undefined;
    const parsed = reader.address(address, `${field}.address`);
    return parsed === undefined ? undefined : ({ type, address: parsed } as const);
  });
  return addressTypes.flatMap((type) =>
    found.filter((one) => one.type === type).map(({ address }) => address),
  );
}

/** The networks that ClusterIPs come from. */
export function reduceServiceCIDR(name: string, object: Fields, reader: FieldReader): Change {
  const spec = reader.mapping(object.spec, 'spec');
  const cidrs = reader.each(spec.cidrs, 'spec.cidrs', (range, field) => reader.cidr(range, field));
  return { kind: 'ServiceCIDR', key: name, record: { name, cidrs } };
}
