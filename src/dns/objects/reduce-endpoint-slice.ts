import { families } from '../../net/family.ts';
import { nameRules } from '../../state/object-names.ts';
import type { FieldPath, FieldReader, Fields } from '../../state/read-fields.ts';
import { shown } from '../../state/shown.ts';
import type { DnsChange, EndpointRecord, ServiceKey } from './records.ts';
import { readPorts } from './reduce-service.ts';

const serviceLabel = 'kubernetes.io/service-name';

/** What names need of an EndpointSlice; those of type FQDN and those without a Service are ignored. */
export function reduceEndpointSlice(key: string, object: Fields, reader: FieldReader): DnsChange | undefined {
  const metadata = reader.mapping(object.metadata, 'metadata');
  const service = reader.mapping(metadata.labels, 'metadata.labels')[serviceLabel] ?? '';
  if (object.addressType === 'FQDN' || service === '')
    return { kind: 'EndpointSlice', key, record: undefined };
  if (typeof service !== 'string' || !nameRules.label.pattern.test(service))
    return reader.fault(
      `metadata.labels["${serviceLabel}"]`,
      `must be the name of a Service, got ${shown(service)}`,
    );
  const family = reader.word(object.addressType ?? '', 'addressType', families);
  if (family === undefined) return undefined;
  const endpoints = reader
    .list(object.endpoints, 'endpoints')
    .flatMap((entry, index) => readEndpoint(entry, `endpoints[${index}]`, reader, family));
  return {
    kind: 'EndpointSlice',
    key,
    record: {
      key,
      // Joined, it is a text of its own.
      service: [key.slice(0, key.indexOf('/')), service].join('/') as ServiceKey,
      ports: readPorts(object.ports, 'ports', reader),
      endpoints,
    },
  };
}

/** Every address of an endpoint has the endpoint's name. */
function readEndpoint(
  entry: unknown,
  field: FieldPath,
  reader: FieldReader,
  family: (typeof families)[number],
): readonly EndpointRecord[] {
  const fields = reader.mapping(entry, field);
  const conditions = reader.mapping(fields.conditions, field, '.conditions');
  // EndpointSlice's ready: who does not know takes it for true.
  const ready = reader.flag(conditions.ready, field, '.conditions.ready') ?? true;
  const hostname = reader.name(fields.hostname, field, nameRules.label, '.hostname');
  return reader.each(
    fields.addresses,
    field,
    (value, at) => {
      const address = reader.addressOf(family, value, at);
      return address === undefined ? undefined : { address, hostname, ready };
    },
    '.addresses',
  );
}
