import type { Address } from '../net/address.ts';
import { type Family, families, protocols } from '../net/family.ts';
import { type NameRule, nameRules } from './object-names.ts';
import type { FieldPath, FieldReader, Fields } from './read-fields.ts';
import type { Change, EndpointPortRecord, EndpointRecord, ServiceKey, SliceKey } from './records.ts';
import { readPortName, withoutRepeats } from './reduce-service.ts';
import { shown } from './shown.ts';

const serviceLabel = 'kubernetes.io/service-name';
const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
const headlessLabel = 'service.kubernetes.io/headless';

/**
 * What plans need of an EndpointSlice. Slices of headless Services, of type FQDN, and without a Service are ignored.
 * `undefined` if its Service or family is not recognisable.
 */
export function reduceEndpointSlice(name: string, object: Fields, reader: FieldReader): Change | undefined {
  const key = name as SliceKey;
  const ignored: Change = { kind: 'EndpointSlice', key, record: undefined };
  const metadata = reader.mapping(object.metadata, 'metadata');
  const labels = reader.mapping(metadata.labels, 'metadata.labels');
  const serviceName = labels[serviceLabel] ?? '';
  if (labels[headlessLabel] !== undefined || object.addressType === 'FQDN' || serviceName === '')
    return ignored;
  const service = readServiceName(serviceName, reader);
  const addressType = readAddressType(object.addressType, reader);
  if (service === undefined || addressType === undefined) return undefined;
  return {
    kind: 'EndpointSlice',
    key,
    record: {
      key,
      // Joined, it is a text of its own.
      service: [name.slice(0, name.indexOf('/')), service].join('/') as ServiceKey,
      family: addressType,
      ports: readPorts(object.ports, reader),
      endpoints: reader.each(object.endpoints, 'endpoints', (entry, field) =>
        readEndpoint(addressType, reader.mapping(entry, field), field, reader),
      ),
    },
    ...readTrigger(reader.mapping(metadata.annotations, 'metadata.annotations')),
  };
}

/** Only used for a metric, so an unreadable one is ignored. */
function readTrigger(annotations: Fields): { readonly triggeredAt?: number } {
  const text = annotations[triggerAnnotation];
  const triggeredAt =
    typeof text === 'string' && /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(triggeredAt) ? {} : { triggeredAt };
}

function readServiceName(value: unknown, reader: FieldReader): string | undefined {
  if (typeof value === 'string' && nameRules.label.pattern.test(value)) return value;
  return reader.fault(
    `metadata.labels["${serviceLabel}"]`,
    `must be the name of a Service, got ${shown(value)}`,
  );
}

function readAddressType(value: unknown, reader: FieldReader): Family | undefined {
  if (value === undefined || value === null)
    return reader.fault('addressType', `is missing; it must be ${families.join(' or ')}`);
  return reader.word(value, 'addressType', families);
}

function readPorts(value: unknown, reader: FieldReader): readonly EndpointPortRecord[] {
  const isRepeat = withoutRepeats(reader);
  return reader.each(value, 'ports', (entry, field) => {
    const port = readPort(reader.mapping(entry, field), field, reader);
    return port === undefined || isRepeat(port, field) ? undefined : port;
  });
}

function readPort(entry: Fields, field: FieldPath, reader: FieldReader): EndpointPortRecord | undefined {
  const before = reader.problems.length;
  const name = readPortName(entry.name, `${field}.name`, reader);
  const protocol = reader.word(entry.protocol, `${field}.protocol`, protocols) ?? 'TCP';
  const port = reader.port(entry.port, `${field}.port`);
  const usable = reader.problems.length === before;
  return usable && name !== undefined && port !== undefined ? { name, protocol, port } : undefined;
}

/** Only the first address is used: the API does not define the meaning of others. */
function readEndpoint(
  family: Family,
  entry: Fields,
  field: FieldPath,
  reader: FieldReader,
): EndpointRecord | undefined {
  const [first] = reader.list(entry.addresses, field, '.addresses');
  const address = readAddress(family, first, field, reader);
  const conditions = reader.mapping(entry.conditions, field, '.conditions');
  const ready = reader.flag(conditions.ready, field, '.conditions.ready') ?? true;
  if (address === undefined) return undefined;
  const { forZones, forNodes } = readHints(entry.hints, field, reader);
  // Each field is named, since V8 keeps what is spread outside of the object: 4 MB of 100,000.
  return {
    address,
    nodeName: reader.name(entry.nodeName, field, nameRules.subdomain, '.nodeName'),
    ready,
    serving: reader.flag(conditions.serving, field, '.conditions.serving') ?? ready,
    terminating: reader.flag(conditions.terminating, field, '.conditions.terminating') ?? false,
    forZones,
    forNodes,
  };
}

/**
 * Unspecified, loopback, link-local and multicast addresses: a Service must not lead to what listens on the node's
 * own loopback, and the API server refuses them too.
 */
const neverAPod = /^(0\.0\.0\.0$|127\.|169\.254\.|22[4-9]\.|23\d\.|::1?$|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/;

function readAddress(
  family: Family,
  value: unknown,
  endpoint: FieldPath,
  reader: FieldReader,
): Address | undefined {
  const below = '.addresses[0]';
  const address = reader.addressOf(family, value, endpoint, below);
  if (address === undefined || !neverAPod.test(address)) return address;
  const reason = `must not be unspecified, loopback, link-local or multicast, got ${address}`;
  return reader.fault(`${endpoint}${below}`, reason);
}

function readHints(
  value: unknown,
  endpoint: FieldPath,
  reader: FieldReader,
): Pick<EndpointRecord, 'forZones' | 'forNodes'> {
  if (value === undefined) return noHints;
  const { forZones, forNodes } = reader.mapping(value, endpoint, '.hints');
  const names = (list: unknown, kind: string, rule: NameRule) => {
    const readName = (entry: unknown, at: FieldPath) =>
      reader.name(reader.mapping(entry, at).name, at, rule, '.name');
    const found = reader.each(list, endpoint, readName, `.hints.${kind}`);
    return found.length === 0 ? undefined : found;
  };
  return {
    forZones: names(forZones, 'forZones', nameRules.labelValue),
    forNodes: names(forNodes, 'forNodes', nameRules.subdomain),
  };
}

const noHints = { forZones: undefined, forNodes: undefined };
