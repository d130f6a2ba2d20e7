import { describe, expect, test } from 'vitest';
import { endpointChainName } from '../../../src/iptables/chain-names.ts';
import { planService } from '../../../src/plan/plan-service.ts';
import type { ServicePortName } from '../../../src/plan/service-plan.ts';
import type { ServiceRecord } from '../../../src/state/records.ts';
import { TableTraffic } from '../../../src/status/traffic/traffic.ts';
import { address, context, endpoint, service, servicePort, slice } from '../../support/records.ts';
import {
  failing,
  followed,
  type Listing,
  listing,
  type Objects,
  one,
  options,
  plansOf,
  slots,
  two,
} from '../../support/status/table-traffic.ts';

interface Case extends Objects, Listing {
  readonly name: string;
  readonly endpoints?: Readonly<Record<string, number | string>>;
  /** Connections, and what was refused after a slash. */
  readonly frontends?: readonly string[];
}

const nodePort = { ports: [servicePort({ nodePort: 30_080 })] };
const affinity = { affinityTimeoutSeconds: 10_800 };

/** The chain of this endpoint of default/web:http. */
function chainOf(host: string): string {
  return endpointChainName('default/web:http' as ServicePortName, 'TCP', {
    address: address(host),
    port: 8080,
  });
}

describe('after a reading', () => {
  test.each<Case>([
    {
      name: 'each slot counts for the endpoint that it names',
      elements: {
        services: ['10.96.0.10 . tcp . 80 C9 : goto KUBE-SVC-tcp-random-2'],
        'service-endpoints-tcp': [
          '10.96.0.10 . 80 . 0 C5 : 10.244.0.2 . 8080',
          '10.96.0.10 . 80 . 1 C3 : 10.244.0.1 . 8080',
        ],
      },
      endpoints: { '10.244.0.1': 3, '10.244.0.2': 5 },
      frontends: ['ClusterIP 8/0'],
    },
    {
      name: 'an endpoint has the connections of all frontends, and each frontend its own',
      service: nodePort,
      elements: {
        services: ['10.96.0.10 . tcp . 80 C9 : goto KUBE-SVC-tcp-random-2'],
        'node-ports': ['tcp . 30080 C9 : goto KUBE-NP-EXT-tcp-random-2'],
        'service-endpoints-tcp': [
          '10.96.0.10 . 80 . 0 C5 : 10.244.0.1 . 8080',
          '10.96.0.10 . 80 . 1 C3 : 10.244.0.2 . 8080',
        ],
        'node-port-endpoints-tcp': ['30080 . 0 C20 : 10.244.0.1 . 8080', '30080 . 1 C30 : 10.244.0.2 . 8080'],
      },
      endpoints: { '10.244.0.1': 25, '10.244.0.2': 33 },
      frontends: ['ClusterIP 8/0', 'NodePort 50/0'],
    },
    {
      name: 'several slots of an endpoint add up, as a Maglev table has them',
      service: { balance: 'maglev' },
      elements: {
        services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-maglev-1021'],
        'service-endpoints-tcp': [
          '10.96.0.10 . 80 . 1020 C1 : 10.244.0.1 . 8080',
          '10.96.0.10 . 80 . 7 C2 : 10.244.0.1 . 8080',
          '10.96.0.10 . 80 . 8 C4 : 10.244.0.2 . 8080',
        ],
      },
      endpoints: { '10.244.0.1': 3, '10.244.0.2': 4 },
      frontends: ['ClusterIP 7/0'],
    },
    {
      name: 'by external policy Local, slots of this node count too',
      service: { ...nodePort, externalTrafficPolicy: 'Local' },
      slices: [slice([endpoint('10.244.0.1', { nodeName: 'node-0' }), two])],
      elements: {
        services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'],
        'node-ports': ['tcp . 30080 C0 : goto KUBE-NP-EXT-tcp-random-2-local-1'],
        'service-endpoints-tcp': ['10.96.0.10 . 80 . 0 C1 : 10.244.0.1 . 8080'],
        'node-port-endpoints-tcp': ['30080 . 1 C2 : 10.244.0.2 . 8080'],
        'node-port-local-endpoints-tcp': ['30080 . 0 C4 : 10.244.0.1 . 8080'],
      },
      endpoints: { '10.244.0.1': 5, '10.244.0.2': 2 },
      frontends: ['ClusterIP 1/0', 'NodePort 6/0'],
    },
    {
      name: 'with affinity, the rule of the endpoint counts for it, and the element of the address for the frontend',
      service: affinity,
      elements: { services: ['10.96.0.10 . tcp . 80 C8 : goto KUBE-SVC-3ADTJFQ7LTIOVXSD'] },
      chains: {
        [chainOf('10.244.0.1')]: [
          'update @clients { ip saddr timeout 3h }',
          'meta l4proto tcp counter packets 5 bytes 300 dnat to 10.244.0.1:8080 comment "default/web:http"',
        ],
        [chainOf('10.244.0.2')]: [
          'meta l4proto tcp counter packets 3 bytes 180 dnat to 10.244.0.2:8080 comment "default/web:http"',
        ],
      },
      endpoints: { '10.244.0.1': 5, '10.244.0.2': 3 },
      frontends: ['ClusterIP 8/0'],
    },
    {
      name: 'what found no endpoint is refused',
      service: nodePort,
      slices: [],
      elements: {
        'no-endpoint-services': ['10.96.0.10 . tcp . 80 C3 : goto KUBE-REJECT'],
        'no-endpoint-node-ports': ['tcp . 30080 C4 : goto KUBE-REJECT'],
      },
      endpoints: {},
      frontends: ['ClusterIP 0/3', 'NodePort 0/4'],
    },
    {
      name: 'a node port by policy Local refuses what comes from outside, and sends the rest on',
      service: { ...nodePort, externalTrafficPolicy: 'Local' },
      elements: {
        services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'],
        'node-ports': ['tcp . 30080 C9 : goto KUBE-NP-EXT-tcp-random-2-local-0'],
        'no-endpoint-node-ports': ['tcp . 30080 C4 : goto KUBE-DROP'],
        'node-port-endpoints-tcp': ['30080 . 0 C2 : 10.244.0.1 . 8080', '30080 . 1 C3 : 10.244.0.2 . 8080'],
      },
      endpoints: { '10.244.0.1': 2, '10.244.0.2': 3 },
      frontends: ['ClusterIP 0/0', 'NodePort 5/4'],
    },
    {
      name: 'a node port whose table still refuses for want of an endpoint on this node counts that, too',
      service: nodePort,
      elements: {
        services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'],
        'node-ports': ['tcp . 30080 C9 : goto KUBE-NP-EXT-tcp-random-2-local-0'],
        'no-endpoint-node-ports': ['tcp . 30080 C4 : goto KUBE-DROP'],
        'node-port-endpoints-tcp': ['30080 . 0 C2 : 10.244.0.1 . 8080'],
      },
      endpoints: { '10.244.0.1': 2, '10.244.0.2': 'not-programmed' },
      frontends: ['ClusterIP 0/0', 'NodePort 2/4'],
    },
    {
      name: 'elements of other addresses, ports and protocols do not count',
      elements: {
        services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'],
        'service-endpoints-tcp': [
          '10.96.0.10 . 80 . 0 C1 : 10.244.0.1 . 8080',
          '10.96.0.10 . 8 . 0 C2 : 10.244.0.1 . 8080',
          '10.96.0.1 . 80 . 0 C4 : 10.244.0.1 . 8080',
        ],
        'service-endpoints-udp': ['10.96.0.10 . 80 . 0 C8 : 10.244.0.1 . 8080'],
        'node-port-endpoints-tcp': ['80 . 0 C16 : 10.244.0.1 . 8080'],
        'no-endpoint-services': ['10.96.0.10 . udp . 80 C32 : goto KUBE-REJECT'],
      },
      endpoints: { '10.244.0.1': 1, '10.244.0.2': 'not-programmed' },
      frontends: ['ClusterIP 1/0'],
    },
    {
      name: 'an address that is both external IP and load balancer IP has one frontend',
      service: {
        externalIPs: [address('192.0.2.1')],
        loadBalancerIPs: [address('192.0.2.1')],
      },
      elements: {
        services: [
          '10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2',
          '192.0.2.1 . tcp . 80 C0 : goto KUBE-EXT-tcp-random-2',
        ],
        'service-endpoints-tcp': [
          '10.96.0.10 . 80 . 0 C1 : 10.244.0.1 . 8080',
          '192.0.2.1 . 80 . 1 C2 : 10.244.0.2 . 8080',
        ],
      },
      endpoints: { '10.244.0.1': 1, '10.244.0.2': 2 },
      frontends: ['ClusterIP 1/0', 'ExternalIP 2/0'],
    },
    {
      name: 'an endpoint that only the table has is told from the others, and counts',
      elements: {
        services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'],
        'service-endpoints-tcp': [
          '10.96.0.10 . 80 . 0 C1 : 10.244.0.1 . 8080',
          '10.96.0.10 . 80 . 1 C2 : 10.244.0.9 . 8080',
        ],
      },
      endpoints: { '10.244.0.1': 1, '10.244.0.2': 'not-programmed', '10.244.0.9': 'not-in-objects' },
      frontends: ['ClusterIP 3/0'],
    },
    {
      name: 'nothing is programmed in an empty table',
      service: nodePort,
      endpoints: { '10.244.0.1': 'not-programmed', '10.244.0.2': 'not-programmed' },
      frontends: ['ClusterIP not-programmed', 'NodePort not-programmed'],
    },
    {
      name: 'a frontend without endpoints that the table still sends on is not programmed',
      slices: [],
      elements: { services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'] },
      endpoints: {},
      frontends: ['ClusterIP not-programmed'],
    },
  ])('$name', async (given) => {
    const traffic = followed(plansOf(given));
    await traffic.read(listing(given));
    expect(shown(traffic)).toEqual({ endpoints: given.endpoints, frontends: given.frontends });
  });

  test('addresses of IPv6 are found as nft writes them', async () => {
    const plans = new Map([
      [
        service().key,
        planService(
          service({ clusterIPs: [address('fd00:10:96::a')] }),
          [slice([endpoint('fd00:10:244::1')], { family: 'IPv6' })],
          context(),
        ),
      ],
    ]);
    const traffic = new TableTraffic({ ...options, family: 'IPv6' });
    traffic.follow(plans);
    await traffic.read(
      listing({
        elements: {
          services: ['fd00:10:96::a . tcp . 80 C0 : goto KUBE-SVC-tcp-random-1'],
          'service-endpoints-tcp': ['fd00:10:96::a . 80 . 0 C7 : fd00:10:244::1 . 8080'],
        },
      }),
    );
    expect(shown(traffic)).toEqual({ endpoints: { 'fd00:10:244::1': 7 }, frontends: ['ClusterIP 7/0'] });
  });
});

describe('from one reading to the next', () => {
  test.each<{ name: string; listings: readonly Listing[]; recent: number; total: number }>([
    { name: 'nothing is recent at first', listings: [slots('C5 : 10.244.0.1')], recent: 0, total: 5 },
    {
      name: 'the difference is recent',
      listings: [slots('C5 : 10.244.0.1'), slots('C7 : 10.244.0.1')],
      recent: 2,
      total: 7,
    },
    {
      name: 'a counter that went down began at 0',
      listings: [slots('C5 : 10.244.0.1'), slots('C3 : 10.244.0.1')],
      recent: 3,
      total: 8,
    },
    {
      name: 'a slot that another endpoint has now began at 0, even where it counted more by now',
      listings: [slots('C5 : 10.244.0.2'), slots('C9 : 10.244.0.1')],
      recent: 9,
      total: 9,
    },
    {
      name: 'a slot that was away began at 0',
      listings: [slots('C5 : 10.244.0.1'), slots(), slots('C9 : 10.244.0.1')],
      recent: 9,
      total: 14,
    },
    {
      name: 'a slot replaced for a while by that of another endpoint began at 0',
      listings: [slots('C5 : 10.244.0.1'), slots('C1 : 10.244.0.2'), slots('C9 : 10.244.0.1')],
      recent: 9,
      total: 14,
    },
    {
      name: 'a reading without news has none',
      listings: [slots('C5 : 10.244.0.1'), slots('C7 : 10.244.0.1'), slots('C7 : 10.244.0.1')],
      recent: 0,
      total: 7,
    },
  ])('$name', async ({ listings, recent, total }) => {
    const traffic = followed(plansOf({}));
    for (const each of listings) await traffic.read(listing(each));
    expect(firstEndpoint(traffic)).toMatchObject({ recent, total });
  });

  test('one that failed half-way is made up for', async () => {
    const traffic = followed(plansOf({}));
    await traffic.read(listing(slots('C5 : 10.244.0.1', 'C5 : 10.244.0.1')));
    await expect(traffic.read(failing(slots('C7 : 10.244.0.1')))).rejects.toThrow('the reading was ended');
    await traffic.read(listing(slots('C9 : 10.244.0.1', 'C8 : 10.244.0.1')));
    expect(firstEndpoint(traffic)).toMatchObject({ total: 17 });
  });
});

describe('when plans change', () => {
  const three = endpoint('10.244.0.3');

  test('endpoints that stay keep their counts, and others go', async () => {
    const traffic = followed(plansOf({}));
    await traffic.read(listing(slots('C5 : 10.244.0.1', 'C6 : 10.244.0.2')));
    traffic.follow(plansOf({ slices: [slice([one, three])] }));
    await traffic.read(listing(slots('C6 : 10.244.0.1', 'C1 : 10.244.0.3')));
    expect(shown(traffic)).toEqual({
      endpoints: { '10.244.0.1': 6, '10.244.0.3': 1 },
      frontends: ['ClusterIP 13/0'],
    });
  });

  test('an endpoint that the table still has is counted once, and goes with its slot', async () => {
    const traffic = followed(plansOf({}));
    await traffic.read(listing(slots('C5 : 10.244.0.1', 'C6 : 10.244.0.2')));
    traffic.follow(plansOf({ slices: [slice([one])] }));
    await traffic.read(listing(slots('C5 : 10.244.0.1', 'C6 : 10.244.0.2')));
    expect(shown(traffic)).toEqual({
      endpoints: { '10.244.0.1': 5, '10.244.0.2': 'not-in-objects' },
      frontends: ['ClusterIP 11/0'],
    });
    await traffic.read(listing(slots('C5 : 10.244.0.1')));
    expect(shown(traffic).endpoints).toEqual({ '10.244.0.1': 5 });
  });

  test('an address that goes from one Service to another counts for the new one', async () => {
    const other = service({ key: 'default/other' as ServiceRecord['key'] });
    const before = plansOf({});
    const traffic = followed(before);
    await traffic.read(listing(slots('C5 : 10.244.0.1')));
    const plans = planService(other, [slice([one])], context({ holder: () => other.key }));
    traffic.follow(new Map([[other.key, plans]]));
    await traffic.read(listing(slots('C7 : 10.244.0.1')));
    expect([...traffic.ports].map(({ plan }) => plan.name)).toEqual(['default/other:http']);
    expect(firstEndpoint(traffic)).toMatchObject({ total: 7 });
  });
});

/** What the only port shows: counts, or what else is to be said. */
function shown(traffic: TableTraffic): Pick<Case, 'endpoints' | 'frontends'> {
  const [port] = [...traffic.ports];
  const endpoints = (port?.endpoints ?? []).map(({ endpoint: { address: host }, standing, connections }) => [
    host,
    standing === 'programmed' ? connections.total : standing,
  ]);
  const frontends = (port?.frontends ?? []).map(({ frontend, standing, connections, refused }) =>
    standing === 'programmed'
      ? `${frontend.kind} ${connections.total}/${refused.total}`
      : `${frontend.kind} ${standing}`,
  );
  return { endpoints: Object.fromEntries(endpoints), frontends };
}

function firstEndpoint(traffic: TableTraffic) {
  const [port] = [...traffic.ports];
  return port?.endpoints.find(({ endpoint: { address: host } }) => host === '10.244.0.1')?.connections;
}
