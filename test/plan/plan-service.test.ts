import { describe, expect, test } from 'vitest';
import { formatEndpoint } from '../../src/net/address.ts';
import { type PlanContext, planService } from '../../src/plan/plan-service.ts';
import type { Frontend, ServicePortPlan } from '../../src/plan/service-plan.ts';
import type { EndpointRecord, EndpointSliceRecord, ServiceRecord } from '../../src/state/records.ts';
import {
  address,
  cidr,
  context,
  endpoint,
  service,
  serviceKey,
  servicePort,
  slice,
  sliceKey,
} from '../support/records.ts';

const local = { nodeName: 'node-0' };
const terminating = { ready: false, serving: true, terminating: true };
const notReady = { ready: false, serving: false };

describe('what a service port does', () => {
  interface Case {
    readonly name: string;
    readonly service?: Partial<ServiceRecord>;
    readonly slices?: readonly EndpointSliceRecord[];
    readonly context?: Partial<PlanContext>;
    readonly expect: Partial<Summary>;
  }
  const cases: readonly Case[] = [
    {
      name: 'ready endpoints anywhere take ClusterIP traffic',
      slices: [slice([endpoint('10.0.0.1'), endpoint('10.0.0.2')])],
      expect: { internal: 'Cluster', cluster: ['10.0.0.1:8080', '10.0.0.2:8080'], local: [] },
    },
    {
      name: 'without endpoints both sides reject',
      expect: { internal: 'reject', external: 'reject', reachable: [] },
    },
    {
      name: 'an endpoint that is not ready is not used',
      slices: [slice([endpoint('10.0.0.1', notReady), endpoint('10.0.0.2')])],
      expect: { cluster: ['10.0.0.2:8080'] },
    },
    {
      name: 'endpoints that serve while they terminate are used only when none is ready',
      slices: [slice([endpoint('10.0.0.1', terminating), endpoint('10.0.0.2', notReady)])],
      expect: { internal: 'Cluster', cluster: ['10.0.0.1:8080'] },
    },
    {
      name: 'endpoints are merged over slices, without duplicates, in the order of ip:port',
      slices: [
        slice([endpoint('10.0.0.9'), endpoint('10.0.0.10')]),
        slice([endpoint('10.0.0.9'), endpoint('10.0.0.1')], { key: sliceKey('default/web-2') }),
      ],
      expect: { cluster: ['10.0.0.10:8080', '10.0.0.1:8080', '10.0.0.9:8080'] },
    },
    {
      name: 'of two records of one address, the one that does not terminate counts',
      slices: [
        slice([endpoint('10.0.0.1')]),
        slice([endpoint('10.0.0.1', terminating)], { key: sliceKey('default/web-2') }),
      ],
      expect: { cluster: ['10.0.0.1:8080'] },
    },
    {
      name: 'a port joins the slice port of its name, not of its number',
      service: { ports: [servicePort({ name: 'http', port: 80 })] },
      slices: [slice([endpoint('10.0.0.1')], { ports: [{ name: 'metrics', protocol: 'TCP', port: 80 }] })],
      expect: { internal: 'reject' },
    },
    {
      name: 'a slice port of another protocol does not join',
      slices: [slice([endpoint('10.0.0.1')], { ports: [{ name: 'http', protocol: 'UDP', port: 8080 }] })],
      expect: { internal: 'reject' },
    },
    {
      name: 'slices may give the same port name different numbers',
      slices: [
        slice([endpoint('10.0.0.1')]),
        slice([endpoint('10.0.0.2')], {
          key: sliceKey('default/web-2'),
          ports: [{ name: 'http', protocol: 'TCP', port: 9090 }],
        }),
      ],
      expect: { cluster: ['10.0.0.1:8080', '10.0.0.2:9090'] },
    },
    {
      name: 'internalTrafficPolicy Local uses only endpoints of this node',
      service: { internalTrafficPolicy: 'Local' },
      slices: [slice([endpoint('10.0.0.1'), endpoint('10.0.0.2', local)])],
      expect: { internal: 'Local', cluster: [], local: ['10.0.0.2:8080'], reachable: ['10.0.0.2:8080'] },
    },
    {
      name: 'internalTrafficPolicy Local drops where only other nodes have endpoints',
      service: { internalTrafficPolicy: 'Local' },
      slices: [slice([endpoint('10.0.0.1')])],
      expect: { internal: 'drop', reachable: [] },
    },
    {
      name: 'internalTrafficPolicy Local rejects where nobody has endpoints',
      service: { internalTrafficPolicy: 'Local' },
      expect: { internal: 'reject' },
    },
    {
      name: 'externalTrafficPolicy Local keeps the Cluster endpoints for pods and the node itself',
      service: { externalTrafficPolicy: 'Local', ports: [servicePort({ nodePort: 30080 })] },
      slices: [slice([endpoint('10.0.0.1'), endpoint('10.0.0.2', local)])],
      expect: {
        internal: 'Cluster',
        external: 'Local',
        cluster: ['10.0.0.1:8080', '10.0.0.2:8080'],
        local: ['10.0.0.2:8080'],
      },
    },
    {
      name: 'externalTrafficPolicy Local drops where the node has no endpoint',
      service: { externalTrafficPolicy: 'Local', ports: [servicePort({ nodePort: 30080 })] },
      slices: [slice([endpoint('10.0.0.1')])],
      expect: { internal: 'Cluster', external: 'drop' },
    },
    {
      name: 'by policy Local, a local endpoint that terminates is used before remote ready ones',
      service: { externalTrafficPolicy: 'Local', ports: [servicePort({ nodePort: 30080 })] },
      slices: [slice([endpoint('10.0.0.1'), endpoint('10.0.0.2', { ...local, ...terminating })])],
      expect: {
        cluster: ['10.0.0.1:8080'],
        local: ['10.0.0.2:8080'],
        reachable: ['10.0.0.1:8080', '10.0.0.2:8080'],
      },
    },
    {
      name: 'without an external frontend externalTrafficPolicy Local asks for no local endpoints',
      service: { externalTrafficPolicy: 'Local' },
      slices: [slice([endpoint('10.0.0.2', local)])],
      expect: { local: [] },
    },
    {
      name: 'zone hints are obeyed when every ready endpoint has them and one names this zone',
      slices: [slice([endpoint('10.0.0.1', { forZones: ['a'] }), endpoint('10.0.0.2', { forZones: ['b'] })])],
      context: { zone: 'b' },
      expect: { cluster: ['10.0.0.2:8080'] },
    },
    {
      name: 'zone hints are ignored when one ready endpoint lacks them',
      slices: [slice([endpoint('10.0.0.1', { forZones: ['a'] }), endpoint('10.0.0.2')])],
      context: { zone: 'a' },
      expect: { cluster: ['10.0.0.1:8080', '10.0.0.2:8080'] },
    },
    {
      name: 'node hints go before zone hints',
      slices: [
        slice([
          endpoint('10.0.0.1', { forZones: ['a'], forNodes: ['node-1'] }),
          endpoint('10.0.0.2', { forZones: ['b'], forNodes: ['node-0'] }),
        ]),
      ],
      context: { zone: 'a' },
      expect: { cluster: ['10.0.0.2:8080'] },
    },
    {
      name: 'hints do not touch policy Local',
      service: { internalTrafficPolicy: 'Local' },
      slices: [slice([endpoint('10.0.0.1', { ...local, forZones: ['a'] })])],
      context: { zone: 'b' },
      expect: { local: ['10.0.0.1:8080'] },
    },
    {
      name: 'a frontend that an older Service holds is left to it',
      service: { externalIPs: [address('192.0.2.1')] },
      context: {
        holder: (claim) => serviceKey(claim.startsWith('192.0.2.1') ? 'default/older' : 'default/web'),
      },
      expect: { frontends: ['ClusterIP 10.96.0.10:80'] },
    },
    {
      name: 'all kinds of frontends, in order',
      service: {
        externalIPs: [address('192.0.2.1')],
        loadBalancerIPs: [address('203.0.113.1'), address('fd00::1')],
        ports: [servicePort({ nodePort: 30080 })],
      },
      expect: {
        frontends: [
          'ClusterIP 10.96.0.10:80',
          'ExternalIP 192.0.2.1:80',
          'LoadBalancerIP 203.0.113.1:80',
          'NodePort 30080',
        ],
      },
    },
  ];
  test.each(cases)('$name', ({ service: overrides, slices = [], context: where, expect: expected }) => {
    const [plan] = planService(service(overrides), slices, context(where));
    expect(summary(plan)).toMatchObject(expected);
  });
});

describe('the endpoints of this node', () => {
  const nodePort = { ports: [servicePort({ nodePort: 30080 })] };
  const endpoints = (overrides: Partial<ServiceRecord>, ...records: EndpointRecord[]) =>
    planService(service(overrides), [slice(records)], context())[0]?.endpoints;
  const onThisNode = (...args: Parameters<typeof endpoints>) =>
    endpoints(...args)?.onThisNode.map((found) => found.address);

  test('are those of the reachable ones whose pod runs here', () => {
    expect(onThisNode({}, endpoint('10.0.0.1'), endpoint('10.0.0.2', local))).toEqual(['10.0.0.2']);
  });
  test('are none where all run elsewhere', () => {
    expect(onThisNode({}, endpoint('10.0.0.1'), endpoint('10.0.0.2', { nodeName: undefined }))).toEqual([]);
  });
  test('hold none that gets no traffic', () => {
    expect(onThisNode({}, endpoint('10.0.0.1', { ...local, ...terminating }), endpoint('10.0.0.2'))).toEqual(
      [],
    );
  });
  test('hold one that terminates where only policy Local uses it', () => {
    const policy = { ...nodePort, externalTrafficPolicy: 'Local' } as const;
    expect(
      onThisNode(policy, endpoint('10.0.0.1', { ...local, ...terminating }), endpoint('10.0.0.2')),
    ).toEqual(['10.0.0.1']);
  });
  test('share an array with the list that says the same, as do the reachable ones', () => {
    const policy = { ...nodePort, externalTrafficPolicy: 'Local' } as const;
    const some = endpoints(policy, endpoint('10.0.0.1', local), endpoint('10.0.0.2'));
    expect(some?.reachable).toBe(some?.cluster);
    expect(some?.onThisNode).toBe(some?.local);
    const all = endpoints({}, endpoint('10.0.0.1', local));
    expect(all?.onThisNode).toBe(all?.reachable);
  });
});

test('the plan says how connections are spread', () => {
  const [plan] = planService(service({ balance: 'maglev' }), [], context());
  expect(plan?.balance).toBe('maglev');
});

describe('source ranges', () => {
  const ranges = (...texts: string[]) => ({ loadBalancerSourceRanges: texts.map(cidr) });
  const plan = (overrides: Partial<ServiceRecord>) =>
    planService(service(overrides), [], context())[0]?.firewall;

  test('of the family in question make the firewall', () => {
    expect(plan(ranges('198.51.100.0/24', 'fd00::/8'))).toEqual({
      sourceRanges: ['198.51.100.0/24'],
      nodeMayPass: false,
    });
  });
  test('that hold the address of the node let the node itself pass', () => {
    expect(plan(ranges('192.168.50.0/24'))).toMatchObject({ nodeMayPass: true });
  });
  test('of length 0 let everyone in, as if there were none', () => {
    expect(plan(ranges('198.51.100.0/24', '0.0.0.0/0'))).toBeUndefined();
  });
});

describe('families', () => {
  const dual = service({ clusterIPs: [address('10.96.0.10'), address('fd00:96::10')] });
  const slices = [
    slice([endpoint('10.0.0.1')]),
    slice([endpoint('fd00::1')], { key: sliceKey('default/web-6'), family: 'IPv6' }),
  ];

  test('each family has its own ClusterIP and slices', () => {
    const plans = planService(dual, slices, context());
    expect(
      plans.map(({ family, endpoints }) => [family, endpoints.cluster.map((found) => found.address)]),
    ).toEqual([
      ['IPv4', ['10.0.0.1']],
      ['IPv6', ['fd00::1']],
    ]);
  });
  test('a family without a ClusterIP has no plan', () => {
    expect(planService(service(), slices, context()).map(({ family }) => family)).toEqual(['IPv4']);
  });
  test('a Service port that nobody can reach has no plan', () => {
    expect(planService(service(), slices, context({ holder: () => serviceKey('default/older') }))).toEqual(
      [],
    );
  });
  test('a port without a name has the name of its Service', () => {
    const [plan] = planService(service({ ports: [servicePort({ name: '' })] }), [], context());
    expect(plan?.name).toBe('default/web');
  });
});

interface Summary {
  readonly internal: string;
  readonly external: string;
  readonly frontends: readonly string[];
  readonly cluster: readonly string[];
  readonly local: readonly string[];
  readonly reachable: readonly string[];
}

function summary(plan: ServicePortPlan | undefined): Summary | undefined {
  if (plan === undefined) return undefined;
  const route = ({ internal }: { internal: ServicePortPlan['internal'] }) =>
    internal.action === 'forward' ? internal.policy : internal.action;
  const texts = (list: ServicePortPlan['endpoints']['cluster']) =>
    list.map((one) => formatEndpoint(one.address, one.port));
  return {
    internal: route(plan),
    external: route({ internal: plan.external }),
    frontends: plan.frontends.map(frontendText),
    cluster: texts(plan.endpoints.cluster),
    local: texts(plan.endpoints.local),
    reachable: texts(plan.endpoints.reachable),
  };
}

function frontendText(frontend: Frontend): string {
  return frontend.kind === 'NodePort'
    ? `NodePort ${frontend.port}`
    : `${frontend.kind} ${formatEndpoint(frontend.address, frontend.port)}`;
}
