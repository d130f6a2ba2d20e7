import { type Address, familyOf } from '../../net/address.ts';
import { families, protocols } from '../../net/family.ts';
import { nameRules } from '../../state/object-names.ts';
import { ownText } from '../../state/own-text.ts';
import type { FieldPath, FieldReader, Fields } from '../../state/read-fields.ts';
import type { DnsChange, PortRecord, ServiceKey, ServiceTarget } from './records.ts';

const types = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;

/** What names need of a Service. */
export function reduceService(name: string, object: Fields, reader: FieldReader): DnsChange | undefined {
  const spec = reader.mapping(object.spec, 'spec');
  const target = readTarget(spec, reader);
  if (target === undefined) return undefined;
  const ports = target.type === 'ExternalName' ? [] : readPorts(spec.ports, 'spec.ports', reader);
  return { kind: 'Service', key: name, record: { key: name as ServiceKey, target, ports } };
}

function readTarget(spec: Fields, reader: FieldReader): ServiceTarget | undefined {
  const type = reader.word(spec.type, 'spec.type', types) ?? 'ClusterIP';
  if (type === 'ExternalName') return readExternalName(spec.externalName, reader);
  const written = reader.list(spec.clusterIPs, 'spec.clusterIPs');
  const [first] = written.length > 0 ? written : [spec.clusterIP];
  if (first === 'None') {
    const flag = reader.flag(spec.publishNotReadyAddresses, 'spec.publishNotReadyAddresses');
    return { type: 'headless', publishNotReadyAddresses: flag ?? false };
  }
  return { type: 'ClusterIP', addresses: readAddresses(spec, written, reader) };
}

/** An address is absent where the API server has not given one yet. */
function readAddresses(spec: Fields, written: readonly unknown[], reader: FieldReader): readonly Address[] {
  const single = spec.clusterIP;
  const isAbsent = single === undefined || single === null || single === '';
  const found =
    written.length > 0
      ? reader.each(written, 'spec.clusterIPs', (address, field) => reader.address(address, field))
      : [isAbsent ? undefined : reader.address(single, 'spec.clusterIP')];
  return families.flatMap(
    (family) => found.find((address) => address !== undefined && familyOf(address) === family) ?? [],
  );
}

/** The API server takes names in lower case, with a dot at the end or without. */
function readExternalName(value: unknown, reader: FieldReader): ServiceTarget | undefined {
  const text = typeof value === 'string' ? value.toLowerCase().replace(/\.$/, '') : value;
  const externalName = reader.requiredName(text, 'spec.externalName', hostRule);
  return externalName === undefined
    ? undefined
    : { type: 'ExternalName', externalName: ownText(externalName) };
}

/** Names with an underscore are in use, and DNS takes them. */
const hostRule = {
  pattern: /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/,
  allowed: 'a host name of at most 253 letters, digits, "-", "_" and "."',
};

/** The ports of a Service or an EndpointSlice; those of a slice may be without a number, and are then left out. */
export function readPorts(value: unknown, field: FieldPath, reader: FieldReader): readonly PortRecord[] {
  return reader.each(value, field, (entry, at) => {
    const fields = reader.mapping(entry, at);
    if (fields.port === undefined || fields.port === null) return undefined;
    const name = fields.name === '' ? '' : reader.name(fields.name, at, nameRules.label, '.name');
    const protocol = reader.word(fields.protocol, `${at}.protocol`, protocols) ?? 'TCP';
    const port = reader.port(fields.port, `${at}.port`);
    return port === undefined ? undefined : { name: name ?? '', protocol, port };
  });
}
