import fc from 'fast-check';
import type { Family } from '../../../src/net/family.ts';
import type { Change, ServiceRecord } from '../../../src/state/records.ts';
import { address, cidr, service, serviceKey } from '../records.ts';
import type { World } from './world.ts';

const policy = fc.constantFrom('Cluster' as const, 'Local' as const);

const sourceRanges = [
  '198.51.100.0/24',
  '198.51.100.128/25',
  '192.168.50.0/24',
  '10.0.0.0/8',
  '2001:db8:1::/64',
  '2001:db8:50::/64',
];

const familyChoices: readonly (readonly Family[])[] = [['IPv4'], ['IPv6'], ['IPv4', 'IPv6']];

/** A Service of any kind, policy and balance, or none any more: gone, or headless now. */
export function anyService(world: World): fc.Arbitrary<(name: string) => Change[]> {
  return fc.oneof({ weight: 9, arbitrary: anyRecord(world) }, { weight: 1, arbitrary: fc.constant(gone) });
}

function gone(name: string): Change[] {
  return [{ kind: 'Service', key: serviceKey(name), record: undefined }];
}

function anyRecord(world: World): fc.Arbitrary<(name: string) => Change[]> {
  return fc
    .record({
      kind: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'LoadBalancer without node ports'),
      createdAt: fc.constantFrom('', '2025-01-01T00:00:00Z', '2024-01-01T00:00:00Z'),
      families: fc.constantFrom(...familyChoices),
      externalIPs: seldom(world.externalIPs),
      loadBalancerIPs: fc.subarray([...world.loadBalancerIPs]),
      ranges: seldom(sourceRanges),
      internalTrafficPolicy: policy,
      externalTrafficPolicy: policy,
      affinityTimeoutSeconds: fc.constantFrom(undefined, undefined, 10_800, 1),
      balance: anyBalance(world),
      ports: anyPorts(world),
    })
    .map(({ kind, families, externalIPs, loadBalancerIPs, ranges, ports, ...fields }) => (name) => {
      const balanced = kind.startsWith('LoadBalancer');
      const external = kind !== 'ClusterIP' || externalIPs.length > 0;
      const externalTrafficPolicy = external ? fields.externalTrafficPolicy : 'Cluster';
      const key = serviceKey(name);
      const number = 1 + world.names.indexOf(name);
      const record = service({
        ...fields,
        key,
        clusterIPs: families.map((family) =>
          address((family === 'IPv4' ? '10.96.0.' : 'fd00:96::') + number),
        ),
        externalIPs: externalIPs.map(address),
        loadBalancerIPs: balanced ? loadBalancerIPs.map(address) : [],
        loadBalancerSourceRanges: balanced ? ranges.map(cidr) : [],
        externalTrafficPolicy,
        healthCheckNodePort: balanced && externalTrafficPolicy === 'Local' ? 32_000 + number : undefined,
        ports: ports.map((port) => ({
          ...port,
          nodePort: kind === 'NodePort' || kind === 'LoadBalancer' ? port.nodePort : undefined,
        })),
      });
      return [{ kind: 'Service', key, record }];
    });
}

function seldom(texts: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray([...texts]) },
  );
}

/** The table of maglev has a thousand slots, which take their time. */
function anyBalance(world: World): fc.Arbitrary<ServiceRecord['balance']> {
  const quick = world.balances.filter((one) => one !== 'maglev');
  return fc.oneof(
    { weight: 200, arbitrary: fc.constantFrom(...quick) },
    { weight: 1, arbitrary: fc.constantFrom(...world.balances) },
  );
}

/** One or two ports with the names of their places; no two of a Service claim the same. */
function anyPorts(world: World) {
  const one = fc.record({
    protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const),
    port: fc.constantFrom(...world.ports),
    nodePort: fc.constantFrom(...world.nodePorts),
  });
  return fc.tuple(one, fc.option(one)).map(([first, second]) => {
    const clashes = second?.port === first.port || second?.nodePort === first.nodePort;
    const ports = second === null || clashes ? [first] : [first, second];
    return ports.map((port, at) => ({ ...port, name: `p${at}` }));
  });
}
