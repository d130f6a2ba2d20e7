import isEqual from 'lodash/isEqual.js';
import { familyOf, parseAddress } from '../../../net/address.ts';
import { parseCidr } from '../../../net/cidr.ts';
import { type Fault, forbidden, invalid, labels, oneOf, portNumber } from './faults.ts';
import type { KindRules } from './written.ts';

export const namespaceRules: KindRules<'Namespace'> = {
  complete: (object, { before }) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name },
    },
    status: before?.status ?? { phase: 'Active' },
  }),
};

/** A Node brings its status when it is made; afterwards it has a path of its own. */
export const nodeRules: KindRules<'Node'> = {
  complete: (object) => ({
    ...object,
    spec: object.spec ?? {},
    metadata: {
      ...object.metadata,
      labels: { 'kubernetes.io/hostname': object.metadata.name, ...object.metadata.labels },
    },
  }),
  validate: ({ spec }, { before }) => [
    ...(spec?.podCIDRs ?? []).flatMap((cidr, index) =>
      parseCidr(cidr) === undefined
        ? [invalid(`spec.podCIDRs[${index}]`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24)')]
        : [],
    ),
    ...(before?.spec?.podCIDRs === undefined || isEqual(before.spec.podCIDRs, spec?.podCIDRs)
      ? []
      : [forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')]),
  ],
};

export const endpointSliceRules: KindRules<'EndpointSlice'> = {
  complete: (object) => ({
    ...object,
    endpoints: object.endpoints ?? [],
    ports: (object.ports ?? []).map((port) => ({
      ...port,
      name: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
    })),
  }),
  validate: ({ addressType, endpoints = [], ports = [], metadata }, { before }) => [
    ...oneOf('addressType', addressType, ['IPv4', 'IPv6', 'FQDN']),
    ...labels('metadata.labels', metadata.labels),
    ...(before === undefined || before.addressType === addressType
      ? []
      : [invalid('addressType', addressType, 'field is immutable')]),
    ...(endpoints.length > 1000 ? [tooMany('endpoints', endpoints.length, 1000)] : []),
    ...(ports.length > 20000 ? [tooMany('ports', ports.length, 20000)] : []),
    ...endpoints.flatMap(({ addresses }, index) =>
      addresses.flatMap((address, at) =>
        isOfType(address, addressType)
          ? []
          : [
              invalid(
                `endpoints[${index}].addresses[${at}]`,
                address,
                `must be a valid ${addressType} address`,
              ),
            ],
      ),
    ),
    ...ports.flatMap(({ port, protocol }, index) => [
      ...(port === undefined ? [] : portNumber(`ports[${index}].port`, port)),
      ...oneOf(`ports[${index}].protocol`, protocol, ['SCTP', 'TCP', 'UDP']),
    ]),
  ],
};

function isOfType(text: string, addressType: string): boolean {
  if (addressType === 'FQDN') return true;
  const address = parseAddress(text);
  return address !== undefined && familyOf(address) === addressType;
}

function tooMany(field: string, count: number, limit: number): Fault {
  return {
    field,
    reason: 'FieldValueTooMany',
    message: `Too many: ${count}: must have at most ${limit} items`,
  };
}

export const serviceCIDRRules: KindRules<'ServiceCIDR'> = {
  validate: ({ spec }) =>
    spec.cidrs.flatMap((cidr, index) =>
      parseCidr(cidr) === undefined
        ? [invalid(`spec.cidrs[${index}]`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24)')]
        : [],
    ),
};
