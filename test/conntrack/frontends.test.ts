import { describe, expect, test } from 'vitest';
import { hasFlows, isStale, presentEndpoints } from '../../src/conntrack/frontends.ts';
import type { Address } from '../../src/net/address.ts';
import { type Family, families } from '../../src/net/family.ts';
import { planService } from '../../src/plan/plan-service.ts';
import type { Frontend } from '../../src/plan/service-plan.ts';
import type { EndpointRecord } from '../../src/state/records.ts';
import { flow } from '../support/conntrack/fake-table.ts';
import { address, context, endpoint, service, serviceKey, servicePort, slice } from '../support/records.ts';

/** What the cases are about, in each family. */
const worlds = {
  IPv4: {
    clusterIP: '10.96.0.10',
    externalIP: '192.0.2.1',
    loadBalancerIP: '203.0.113.1',
    node: '192.168.50.10',
    secondNode: '192.168.51.10',
    elsewhere: '198.51.100.7',
    pod: (n: number) => `10.244.0.${n}`,
  },
  IPv6: {
    clusterIP: 'fd00:96::10',
    externalIP: '2001:db8:2::1',
    loadBalancerIP: '2001:db8:3::1',
    node: 'fd00:50::10',
    secondNode: 'fd00:51::10',
    elsewhere: '2001:db8:9::7',
    pod: (n: number) => `fd00:244::${n}`,
  },
} as const;

type World = (typeof worlds)[Family];
type State = Partial<EndpointRecord>;

const ready: State = {};
const unready: State = { ready: false, serving: false };
const terminating: State = { ready: false, serving: true, terminating: true };
const terminated: State = { ready: false, serving: false, terminating: true };
const nodePort = 30_053;

interface Case {
  readonly name: string;
  /** Of the endpoints, counted from 1. */
  readonly endpoints: readonly State[];
  readonly flow: (world: World) => string;
  readonly stale: boolean;
}

const at = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
const udp = (host: string, port: number, reply: string) => `udp ${at(host, port)} -> ${reply}`;

const cases: readonly Case[] = [
  ...(['clusterIP', 'externalIP', 'loadBalancerIP'] as const).flatMap((kind): Case[] => [
    {
      name: `a flow to the ${kind} with a present endpoint`,
      endpoints: [ready],
      flow: (world) => udp(world[kind], 53, at(world.pod(1), 5353)),
      stale: false,
    },
    {
      name: `a flow to the ${kind} with a removed endpoint`,
      endpoints: [ready],
      flow: (world) => udp(world[kind], 53, at(world.pod(2), 5353)),
      stale: true,
    },
    {
      name: `a flow to the ${kind} from before there was an endpoint`,
      endpoints: [ready],
      flow: (world) => udp(world[kind], 53, '='),
      stale: true,
    },
    {
      name: `a flow to another port of the ${kind}`,
      endpoints: [ready],
      flow: (world) => udp(world[kind], 54, at(world.pod(2), 5353)),
      stale: false,
    },
  ]),
  {
    name: 'a flow to the node port on the first address of the node, with a removed endpoint',
    endpoints: [ready],
    flow: ({ node, pod }) => udp(node, nodePort, at(pod(2), 5353)),
    stale: true,
  },
  {
    name: 'a flow to the node port on the second address of the node, with a removed endpoint',
    endpoints: [ready],
    flow: ({ secondNode, pod }) => udp(secondNode, nodePort, at(pod(2), 5353)),
    stale: true,
  },
  {
    name: 'a flow to the node port with a present endpoint',
    endpoints: [ready, ready],
    flow: ({ node, pod }) => udp(node, nodePort, at(pod(2), 5353)),
    stale: false,
  },
  {
    name: 'a flow to the node port from before there was an endpoint',
    endpoints: [ready],
    flow: ({ node }) => udp(node, nodePort, '='),
    stale: true,
  },
  {
    name: "a flow of a pod to somebody else's port of the same number",
    endpoints: [ready],
    flow: ({ elsewhere }) => udp(elsewhere, nodePort, '='),
    stale: false,
  },
  {
    name: "a flow to a pod's host port",
    endpoints: [ready],
    flow: ({ node, pod }) => udp(node, 8053, at(pod(7), 53)),
    stale: false,
  },
  {
    name: 'a flow straight to an endpoint',
    endpoints: [ready],
    flow: ({ pod }) => udp(pod(1), 5353, '='),
    stale: false,
  },
  {
    name: 'a flow with an endpoint whose port has changed',
    endpoints: [ready],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 53, at(pod(1), 5300)),
    stale: true,
  },
  {
    name: 'a flow with an endpoint that terminates and still serves',
    endpoints: [ready, terminating],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 53, at(pod(2), 5353)),
    stale: false,
  },
  {
    name: 'a flow with an endpoint that terminates and does not serve any more',
    endpoints: [ready, terminated],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 53, at(pod(2), 5353)),
    stale: true,
  },
  {
    name: 'a flow with an endpoint that is not ready any more',
    endpoints: [ready, unready],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 53, at(pod(2), 5353)),
    stale: true,
  },
  {
    name: 'a flow with an endpoint in another zone, where topology prefers this one',
    endpoints: [{ forZones: ['here'] }, { forZones: ['there'] }],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 53, at(pod(2), 5353)),
    stale: false,
  },
  {
    name: 'a flow with the last endpoint, which was removed',
    endpoints: [],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 53, at(pod(1), 5353)),
    stale: true,
  },
  {
    name: 'a flow that nothing translates while there is no endpoint',
    endpoints: [],
    flow: ({ clusterIP }) => udp(clusterIP, 53, '='),
    stale: false,
  },
  {
    name: 'an SCTP association with a present endpoint',
    endpoints: [ready],
    flow: ({ clusterIP, pod }) => `sctp ${at(clusterIP, 36412)} -> ${at(pod(1), 3868)}`,
    stale: false,
  },
  {
    name: 'an SCTP association with a removed endpoint',
    endpoints: [ready],
    flow: ({ clusterIP, pod }) => `sctp ${at(clusterIP, 36412)} -> ${at(pod(2), 3868)}`,
    stale: true,
  },
  {
    name: 'a UDP flow to the port that the Service has for SCTP',
    endpoints: [ready],
    flow: ({ clusterIP, pod }) => udp(clusterIP, 36412, at(pod(2), 3868)),
    stale: false,
  },
];

describe.each(families)('in %s', (family) => {
  const world = worlds[family];

  test.each(cases)('$name: stale is $stale', ({ endpoints, flow: text, stale }) => {
    const plans = planService(resolver(world), [slicesOf(family, endpoints)], here).filter(hasFlows);
    const present = presentEndpoints({ plans, former: [], ...node(family, endpoints) });
    expect(isStale(flow(text(world)), present)).toBe(stale);
  });

  test.each([
    { name: 'a flow with an endpoint of it', reply: at(world.pod(1), 5353), stale: true },
    { name: 'a flow that was not translated', reply: '=', stale: false },
  ])('where a Service answered before and none does now, $name: stale is $stale', ({ reply, stale }) => {
    const frontend: Frontend = { kind: 'ClusterIP', address: address(world.clusterIP), port: 53 };
    const former = [{ protocol: 'UDP' as const, frontend }];
    const present = presentEndpoints({ plans: [], former, ...node(family, []) });
    expect(isStale(flow(udp(world.clusterIP, 53, reply)), present)).toBe(stale);
  });

  test('where a Service answered before and another does now, the endpoints of that one count', () => {
    const plans = planService(resolver(world), [slicesOf(family, [ready])], here).filter(hasFlows);
    const former = plans.flatMap(({ protocol, frontends }) =>
      frontends.map((frontend) => ({ protocol, frontend })),
    );
    const present = presentEndpoints({ plans, former, ...node(family, [ready]) });
    expect(isStale(flow(udp(world.clusterIP, 53, at(world.pod(1), 5353))), present)).toBe(false);
    expect(isStale(flow(udp(world.clusterIP, 53, at(world.pod(2), 5353))), present)).toBe(true);
  });

  test('where an endpoint has the very address and port of the node port, its flows are not stale', () => {
    const record = endpoint(world.node);
    const hostPod = slice([record], {
      family,
      ports: [{ name: 'dns', protocol: 'UDP', port: nodePort }],
    });
    const plans = planService(resolver(world), [hostPod], here).filter(hasFlows);
    const present = presentEndpoints({ plans, former: [], ...node(family, []), slicesOf: () => [hostPod] });
    expect(isStale(flow(udp(world.node, nodePort, '=')), present)).toBe(false);
  });

  test("where another Service has the node's address and the port for itself, no node port answers", () => {
    const plans = planService(resolver(world), [slicesOf(family, [ready])], here).filter(hasFlows);
    const isHeld = (claim: string) => claim === `${world.node} UDP ${nodePort}`;
    const present = presentEndpoints({ plans, former: [], ...node(family, [ready]), isHeld });
    expect(isStale(flow(udp(world.node, nodePort, at(world.pod(2), 5353))), present)).toBe(false);
    expect(isStale(flow(udp(world.secondNode, nodePort, at(world.pod(2), 5353))), present)).toBe(true);
  });
});

const here = context({ zone: 'here' });

function resolver({ clusterIP, externalIP, loadBalancerIP }: World) {
  return service({
    key: serviceKey('default/web'),
    clusterIPs: [address(clusterIP)],
    externalIPs: [address(externalIP)],
    loadBalancerIPs: [address(loadBalancerIP)],
    ports: [
      servicePort({ name: 'dns', protocol: 'UDP', port: 53, nodePort }),
      servicePort({ name: 'dns-tcp', protocol: 'TCP', port: 53, nodePort }),
      servicePort({ name: 'diameter', protocol: 'SCTP', port: 36412 }),
    ],
  });
}

function slicesOf(family: Family, states: readonly State[]) {
  return slice(
    states.map((state, index) => endpoint(worlds[family].pod(index + 1), state)),
    {
      family,
      ports: [
        { name: 'dns', protocol: 'UDP', port: 5353 },
        { name: 'dns-tcp', protocol: 'TCP', port: 5300 },
        { name: 'diameter', protocol: 'SCTP', port: 3868 },
      ],
    },
  );
}

function node(family: Family, states: readonly State[]) {
  const { node, secondNode } = worlds[family];
  const nodePortAddresses: readonly Address[] = [address(node), address(secondNode)];
  return { slicesOf: () => [slicesOf(family, states)], nodePortAddresses, isHeld: () => false };
}
