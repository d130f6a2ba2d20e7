import fc from 'fast-check';
import type { RandomCluster } from './random-cluster.ts';

/** A question as it is asked. */
export interface AskedQuestion {
  readonly name: string;
  readonly type: string;
  /** Octets of the largest UDP message; `undefined` without EDNS. */
  readonly ednsSize: number | undefined;
}

/** So many questions for names of the cluster, near misses, and others; the same for the same seed. */
export function randomQuestions(
  cluster: RandomCluster,
  count: number,
  seed: number,
): readonly AskedQuestion[] {
  return fc.sample(arbitraryQuestion(cluster), { seed, numRuns: count });
}

const types = [
  'A',
  'A',
  'A',
  'AAAA',
  'AAAA',
  'SRV',
  'SRV',
  'PTR',
  'TXT',
  'CNAME',
  'NS',
  'SOA',
  'MX',
  'HTTPS',
  'ANY',
];

function arbitraryQuestion(cluster: RandomCluster): fc.Arbitrary<AskedQuestion> {
  return fc
    .record({
      name: arbitraryName(cluster),
      type: fc.constantFrom(...types),
      ednsSize: fc.constantFrom(undefined, 512, 1_232, 4_096),
      letters: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) }),
    })
    .map(({ name, type, ednsSize, letters }) => ({
      name: inMixedCase(name, letters),
      // Names of addresses are asked for by PTR mostly.
      type: name.endsWith('.arpa') && type !== 'SOA' && type !== 'A' ? 'PTR' : type,
      ednsSize,
    }));
}

function arbitraryName(cluster: RandomCluster): fc.Arbitrary<string> {
  const { services, namespaces, portNames, hostnames, addresses } = cluster;
  const service = fc.constantFrom(...services).map((key) => key.split('/').toReversed().join('.'));
  const port = fc.constantFrom(...portNames, 'none', 'HTTP').map((name) => `_${name}`);
  const protocol = fc.constantFrom('_tcp', '_udp', '_sctp', '_icmp');
  const endpoint = fc.oneof(
    fc.constantFrom(...hostnames, 'none'),
    fc.constantFrom(...addresses).map((address) => address.replaceAll(/[.:]/g, '-')),
  );
  const ofService = fc.oneof(
    { weight: 4, arbitrary: service },
    { weight: 4, arbitrary: fc.tuple(port, protocol, service).map((parts) => parts.join('.')) },
    { weight: 2, arbitrary: fc.tuple(endpoint, service).map((parts) => parts.join('.')) },
    { weight: 1, arbitrary: fc.tuple(protocol, service).map((parts) => parts.join('.')) },
    // Without underscores, with something before, or with a part missing.
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('http.tcp', 'http._tcp', '_http.tcp', '_._tcp', 'x._http._tcp'), service)
        .map((parts) => parts.join('.')),
    },
    { weight: 1, arbitrary: fc.constantFrom(...namespaces, 'none', 'none.default', 'none.none') },
  );
  const pod = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(
          '10-244-0-5',
          'fd00--5',
          '1-2-3',
          '1-2-3-400',
          'none',
          '--1',
          'a.10-244-0-5',
          '01-2-3-4',
        ),
        endpoint,
      ),
      fc.constantFrom(...namespaces, 'none'),
    )
    .map((parts) => parts.join('.'));
  return fc.oneof(
    { weight: 12, arbitrary: ofService.map((name) => `${name}.svc.cluster.local`) },
    { weight: 2, arbitrary: pod.map((name) => `${name}.pod.cluster.local`) },
    { weight: 2, arbitrary: fc.constantFrom(...addresses, '10.1.2.3', 'fd00::ffff').map(reverseName) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[
          'cluster.local',
          'svc.cluster.local',
          'pod.cluster.local',
          'dns-version.cluster.local',
          'none.cluster.local',
        ],
        ...[
          'default.pod.cluster.local',
          'none.pod.cluster.local',
          'svc.svc.cluster.local',
          'local',
          'xcluster.local',
        ],
        ...[
          'www.example.com',
          'missing.example.com',
          'moved.example.com',
          'large.example.com',
          'example.org',
        ],
        ...[
          '96.10.in-addr.arpa',
          'x.1.244.10.in-addr.arpa',
          '0.0.d.f.ip6.arpa',
          'dns.cluster.local',
          'x.dns-version.cluster.local',
        ],
      ),
    },
  );
}

/** The name below in-addr.arpa or ip6.arpa. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const missing = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const all = [...groups(head), ...missing, ...groups(tail)].map((group) => group.padStart(4, '0'));
  return `${[...all.join('')].toReversed().join('.')}.ip6.arpa`;
}

/** Each bit turns a letter into a capital. */
function inMixedCase(name: string, bits: number): string {
  return name.replaceAll(/./g, (letter, at: number) =>
    (bits >> (at % 16)) & 1 ? letter.toUpperCase() : letter,
  );
}
