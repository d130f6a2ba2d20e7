import fc from 'fast-check';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import type { Family, Protocol } from '../../../src/net/family.ts';

/** A cluster as an API server takes it, and the names in it. */
export interface RandomCluster {
  readonly objects: readonly ApiObject[];
  readonly namespaces: readonly string[];
  /** `namespace/name`. */
  readonly services: readonly string[];
  readonly portNames: readonly string[];
  readonly hostnames: readonly string[];
  readonly addresses: readonly string[];
}

const namespaces = ['default', 'kube-system', 'shop', 'a', 'dev-1'];
const names = ['web', 'db', 'pets', 'alias', 'x', 'web-2', 'kubernetes', 'svc', 'pod', 'empty'];
const portNames = ['http', 'https', 'dns', 'metrics'];
const hostnames = ['rex', 'pet-0', 'pet-1', 'tcp'];
const outside = ['www.example.com', 'missing.example.com', 'moved.example.com', 'large.example.com'];

/** The same cluster for the same seed. */
export function randomCluster(seed: number): RandomCluster {
  const [choices] = fc.sample(arbitraryServices, { seed, numRuns: 1 });
  const addresses = new Addresses();
  const all = [...(choices ?? []), ...fixed];
  const built = all.map((choice, number) => serviceWithSlices(choice, number, addresses));
  return {
    objects: [
      ...namespaces.map((name) => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name } })),
      ...built.flat(),
    ],
    namespaces,
    services: all.map(({ namespace, name }) => `${namespace}/${name}`),
    portNames,
    hostnames,
    addresses: addresses.given,
  };
}

interface Choice {
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'ClusterIP' | 'headless' | 'ExternalName';
  readonly families: readonly Family[];
  /** Names; empty for the only one that has none. */
  readonly ports: readonly string[];
  readonly protocol: Protocol;
  readonly publishNotReadyAddresses: boolean;
  readonly slices: readonly SliceChoice[];
  /** Of an alias. */
  readonly target: string;
}

interface SliceChoice {
  readonly family: Family;
  readonly hasPorts: boolean;
  readonly endpoints: readonly { readonly hostname: string | null; readonly ready: boolean | undefined }[];
}

const arbitraryPorts: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 4, arbitrary: fc.uniqueArray(fc.constantFrom(...portNames), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(['']) },
);

const arbitraryEndpoint = fc.record({
  hostname: fc.option(fc.constantFrom(...hostnames)),
  ready: fc.constantFrom(true, true, false, undefined),
});

const arbitrarySlices: fc.Arbitrary<readonly SliceChoice[]> = fc.array(
  fc.record({
    family: fc.constantFrom<Family>('IPv4', 'IPv6'),
    endpoints: fc.oneof(
      { weight: 4, arbitrary: fc.array(arbitraryEndpoint, { maxLength: 4 }) },
      // So many that not all fit into a UDP message.
      { weight: 1, arbitrary: fc.array(arbitraryEndpoint, { minLength: 40, maxLength: 90 }) },
    ),
    hasPorts: fc.constantFrom(true, true, true, false),
  }),
  { maxLength: 3 },
);

const arbitraryServices: fc.Arbitrary<readonly Choice[]> = fc.uniqueArray(
  fc.record({
    namespace: fc.constantFrom(...namespaces),
    name: fc.constantFrom(...names),
    kind: fc.constantFrom<Choice['kind']>('ClusterIP', 'ClusterIP', 'headless', 'headless', 'ExternalName'),
    families: fc.constantFrom<readonly Family[]>(['IPv4'], ['IPv6'], ['IPv4', 'IPv6']),
    ports: arbitraryPorts,
    protocol: fc.constantFrom<Protocol>('TCP', 'UDP', 'SCTP'),
    publishNotReadyAddresses: fc.boolean(),
    slices: arbitrarySlices,
    target: fc.oneof(
      fc.constantFrom(...outside),
      fc
        .tuple(fc.constantFrom(...names, 'none'), fc.constantFrom(...namespaces))
        .map(([name, namespace]) => `${name}.${namespace}.svc.cluster.local`),
    ),
  }),
  { minLength: 25, maxLength: 35, selector: ({ namespace, name }) => `${namespace}/${name}` },
);

const plain: Omit<Choice, 'name' | 'kind' | 'target'> = {
  namespace: 'a',
  families: ['IPv4'],
  ports: ['http'],
  protocol: 'TCP',
  publishNotReadyAddresses: false,
  slices: [],
};

/** What every cluster has: each name outside, and endpoints of one name with many addresses. */
const fixed: readonly Choice[] = [
  ...outside.map(
    (target, number): Choice => ({ ...plain, name: `outside-${number}`, kind: 'ExternalName', target }),
  ),
  {
    ...plain,
    name: 'pool',
    kind: 'headless',
    target: '',
    slices: [
      {
        family: 'IPv4',
        hasPorts: true,
        endpoints: Array.from({ length: 40 }, () => ({ hostname: 'pet-0', ready: true })),
      },
    ],
  },
];

function serviceWithSlices(choice: Choice, number: number, addresses: Addresses): readonly ApiObject[] {
  const { namespace, name, kind, families, protocol, publishNotReadyAddresses } = choice;
  const metadata = { name, namespace };
  if (kind === 'ExternalName')
    return [
      { kind: 'Service', apiVersion: 'v1', metadata, spec: { type: kind, externalName: choice.target } },
    ];
  const ports = choice.ports.map((port, index) => ({
    ...(port === '' ? {} : { name: port }),
    protocol,
    port: 80 + index,
  }));
  const isHeadless = kind === 'headless';
  const clusterIPs = isHeadless ? ['None'] : families.map((family) => addresses.next(family, '96'));
  const spec = {
    type: 'ClusterIP',
    clusterIP: clusterIPs[0],
    ...{ clusterIPs, ports, ipFamilies: families },
    ...(isHeadless && publishNotReadyAddresses ? { publishNotReadyAddresses } : {}),
  };
  const slices = choice.slices.map(({ family, endpoints, hasPorts }, index) => ({
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: {
      name: `${name}-${number}-${index}`,
      namespace,
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType: family,
    ports: hasPorts ? ports : [],
    endpoints: endpoints.map(({ hostname, ready }) => ({
      addresses: [addresses.next(family, '244')],
      ...(hostname === null ? {} : { hostname }),
      // As the controller writes it.
      conditions:
        isHeadless && publishNotReadyAddresses ? { ready: true } : ready === undefined ? {} : { ready },
    })),
  }));
  return [{ kind: 'Service', apiVersion: 'v1', metadata, spec }, ...slices];
}

/** Each address once. */
class Addresses {
  readonly given: string[] = [];

  next(family: Family, network: string): string {
    const number = this.given.length + 1;
    const address =
      family === 'IPv4'
        ? `10.${network}.${number >> 8}.${number & 0xff}`
        : `fd00:${network}::${number.toString(16)}`;
    this.given.push(address);
    return address;
  }
}
