import fc from 'fast-check';
import type { Family } from '../../../src/net/family.ts';
import type { Change, EndpointRecord } from '../../../src/state/records.ts';
import { endpoint, serviceKey, slice, sliceKey } from '../records.ts';
import type { World } from './world.ts';

const slicePorts = ['p0', 'p1'].flatMap((name, at) =>
  (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => ({ name, protocol, port: 8080 + at })),
);

const familyChoices: readonly (readonly Family[])[] = [['IPv4', 'IPv6'], ['IPv4'], ['IPv6']];

const hintChoices: readonly Pick<Partial<EndpointRecord>, 'forZones' | 'forNodes'>[] = [
  {},
  {},
  { forZones: ['a'] },
  { forZones: ['b'] },
  { forZones: ['a', 'b'] },
  { forNodes: ['node-0'] },
  { forNodes: ['node-1'] },
];

/** The same pods in a slice of each family; Services have up to two of each. */
export function anySlices(world: World): fc.Arbitrary<(name: string) => Change[]> {
  return fc
    .record({
      number: fc.integer({ min: 1, max: 2 }),
      families: fc.constantFrom(...familyChoices),
      endpoints: fc.array(anyEndpoint(world), { maxLength: world.mostEndpoints, size: 'max' }),
      gone: fc.nat({ max: 7 }).map((chance) => chance === 7),
    })
    .map(
      ({ number, families, endpoints, gone }) =>
        (name) =>
          families.map((family): Change => {
            const key = sliceKey(`${name}-${number}-${family.toLowerCase()}`);
            const records = endpoints.map((make) => make(family));
            const record = slice(records, { key, service: serviceKey(name), family, ports: slicePorts });
            return { kind: 'EndpointSlice', key, record: gone ? undefined : record };
          }),
    );
}

/** A pod here or elsewhere, or one in its node's network. */
function anyEndpoint(world: World): fc.Arbitrary<(family: Family) => EndpointRecord> {
  return fc
    .record({
      host: fc.integer({ min: 1, max: world.pods }),
      place: fc.constantFrom('elsewhere', 'here', 'elsewhere', 'here', 'node elsewhere', 'node here'),
      state: fc.constantFrom('ready', 'ready', 'ready', 'terminating', 'unready'),
      hints: fc.constantFrom(...hintChoices),
    })
    .map(
      ({ host, place, state, hints }) =>
        (family) =>
          endpoint(podAddress(family, place, host), {
            nodeName: place.endsWith('here') ? 'node-0' : 'node-1',
            ready: state === 'ready',
            serving: state !== 'unready',
            terminating: state === 'terminating',
            ...hints,
          }),
    );
}

function podAddress(family: Family, place: string, host: number): string {
  const isIPv4 = family === 'IPv4';
  switch (place) {
    case 'here':
      return isIPv4 ? `10.244.0.${host}` : `fd00:10:244::${host}`;
    case 'elsewhere':
      return isIPv4 ? `10.244.1.${host}` : `fd00:10:244:1::${host}`;
    case 'node here':
      return isIPv4 ? '192.168.50.10' : '2001:db8:50::10';
    default:
      return isIPv4 ? '192.168.50.20' : '2001:db8:50::20';
  }
}
