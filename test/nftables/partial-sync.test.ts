import { describe, expect, test } from 'vitest';
import { isClientSet } from '../../src/nftables/names.ts';
import { balances, type Change, type ServiceRecord } from '../../src/state/records.ts';
import { elements, endpointsOf, objects, watched, web } from '../support/nftables/changes.ts';
import { outcomesIn } from '../support/nftables/frontend-outcomes.ts';
import { type FakedProxy, proxy } from '../support/nftables/proxy.ts';
import {
  address,
  cidr,
  endpoint,
  service,
  serviceKey,
  servicePort,
  slice,
  sliceKey,
} from '../support/records.ts';

describe('a replaced endpoint', () => {
  const everywhere: Partial<ServiceRecord> = {
    externalIPs: [address('192.0.2.1')],
    loadBalancerIPs: [address('203.0.113.1')],
    ports: [servicePort({ nodePort: 30_080 })],
  };

  test.each([10, 1_000])('costs one slot of each frontend, with %i Services around it', async (count) => {
    const others = Array.from({ length: count }, (_, at) =>
      objects({ key: serviceKey(`others/s${at}`), clusterIPs: [address(`10.97.${at >> 8}.${at & 255}`)] }, [
        '10.1.0.1',
        '10.1.0.2',
        '10.1.0.3',
      ]),
    );
    const played = proxy();
    await played.apply([...others.flat(), ...objects(everywhere, ['10.0.0.1', '10.0.0.2', '10.0.0.3'])]);
    const [commits, readings] = [watched(played), played.tool.readings.length];
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.9', '10.0.0.3'])]);
    expect(commits.map(({ transaction }) => elements(transaction))).toEqual([{ removed: 4, added: 4 }]);
    expect(commits[0]?.transaction.every(({ kind }) => kind.endsWith('-elements'))).toBe(true);
    expect(played.tool.readings).toHaveLength(readings);
  });

  test.each([
    ['random', 1],
    ['round-robin', 1],
    ['source-hash', 1],
  ] as const)('changes %s slots of no other endpoint', async (balance, changed) => {
    const played = proxy();
    await played.apply(objects({ balance }, ['10.0.0.1', '10.0.0.2', '10.0.0.3']));
    const commits = watched(played);
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.2', '10.0.0.4'])]);
    expect(commits.map(({ transaction }) => elements(transaction))).toEqual([
      { removed: changed, added: changed },
    ]);
  });

  test('takes the client set of no other endpoint with it', async () => {
    const played = proxy();
    const affinityTimeoutSeconds = 600;
    await played.apply(objects({ affinityTimeoutSeconds }, ['10.0.0.1', '10.0.0.2', '10.0.0.3']));
    const sets = () => [...played.tool.table('IPv4').sets.keys()].filter(isClientSet);
    const before = sets();
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.2', '10.0.0.4'])]);
    await played.tidyUp();
    expect(before.filter((name) => sets().includes(name))).toHaveLength(2);
    expect(sets()).toHaveLength(3);
  });
});

describe('a removed endpoint', () => {
  test('leaves its slot behind, with an endpoint in use, until packets have arrived', async () => {
    const played = proxy();
    await played.apply(web);
    await played.apply([endpointsOf('default/web', ['10.0.0.2', '10.0.0.3'])]);
    const slots = () => played.tool.table('IPv4').elements.get('service-endpoints-tcp');
    expect(slots()).toEqual(
      new Map([
        ['10.96.0.10 . 80 . 0', '10.0.0.3 . 8080'],
        ['10.96.0.10 . 80 . 1', '10.0.0.2 . 8080'],
        ['10.96.0.10 . 80 . 2', '10.0.0.3 . 8080'],
      ]),
    );
    played.clock.now += 999;
    await played.syncer.tidy();
    expect(slots()?.size).toBe(3);
    expect(played.syncer.tidyDelay).toBe(1);
    played.clock.now += 1;
    await played.syncer.tidy();
    expect(slots()?.size).toBe(2);
    expect(played.syncer.tidyDelay).toBeUndefined();
  });

  test('that comes back before that has its slot again', async () => {
    const played = proxy();
    await played.apply(web);
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.2'])]);
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.2', '10.0.0.3'])]);
    expect(played.syncer.tidyDelay).toBe(1_000);
    await played.tidyUp();
    expect(outcomesIn(played.tool.table('IPv4'))).toEqual({
      'services 10.96.0.10 . tcp . 80': ['10.0.0.1:8080', '10.0.0.2:8080', '10.0.0.3:8080'],
    });
  });

  test('goes with the next change, where its time has come', async () => {
    const played = proxy();
    await played.apply(web);
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.2'])]);
    played.clock.now += 1_000;
    await played.apply([endpointsOf('default/web', ['10.0.0.1', '10.0.0.4'])]);
    expect(played.tool.table('IPv4').elements.get('service-endpoints-tcp')?.size).toBe(2);
  });
});

describe('a single change', () => {
  const a = (overrides: Partial<ServiceRecord>) =>
    objects({ key: serviceKey('default/a'), ...overrides }, ['10.0.0.1', '10.0.0.2']);
  const b = (overrides: Partial<ServiceRecord>) =>
    objects({ key: serviceKey('default/b'), ...overrides }, ['10.0.0.3', '10.0.0.4', '10.0.0.5']);
  const external: Partial<ServiceRecord> = {
    externalIPs: [address('192.0.2.1')],
    ports: [servicePort({ nodePort: 30_080 })],
  };
  const other = { clusterIPs: [address('10.96.0.11')] };

  const cases: readonly {
    readonly name: string;
    readonly before: readonly Change[];
    readonly after: readonly Change[];
  }[] = [
    {
      name: 'that exchanges the ClusterIPs of two Services',
      before: [...a({}), ...b(other)],
      after: [...a(other), ...b({})],
    },
    {
      name: 'that exchanges the node ports of two Services',
      before: [
        ...a({ ports: [servicePort({ nodePort: 30_001 })] }),
        ...b({ ...other, ports: [servicePort({ nodePort: 30_002 })] }),
      ],
      after: [
        ...a({ ports: [servicePort({ nodePort: 30_002 })] }),
        ...b({ ...other, ports: [servicePort({ nodePort: 30_001 })] }),
      ],
    },
    {
      name: 'by which a Service takes the ClusterIP of one that goes',
      before: [...b({}), ...a(other)],
      after: [{ kind: 'Service', key: serviceKey('default/b'), record: undefined }, ...a({})],
    },
    {
      name: 'of one of two Services that share a ClusterIP by ports',
      before: [...a({}), ...b({ ports: [servicePort({ port: 81 })] })],
      after: [{ kind: 'Service', key: serviceKey('default/b'), record: undefined }],
    },
    { name: 'that takes all endpoints away', before: a(external), after: [endpointsOf('default/a', [])] },
    {
      name: 'that gives a Service its first endpoints',
      before: [...a(external), endpointsOf('default/a', [])],
      after: [endpointsOf('default/a', ['10.0.0.1'])],
    },
    {
      name: 'of both policies to Local',
      before: a(external),
      after: a({ ...external, internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' }),
    },
    {
      name: 'of both policies to Cluster',
      before: a({ ...external, internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' }),
      after: a(external),
    },
    {
      name: 'that switches affinity on',
      before: a(external),
      after: a({ ...external, affinityTimeoutSeconds: 600 }),
    },
    {
      name: 'that switches affinity off',
      before: a({ ...external, affinityTimeoutSeconds: 600 }),
      after: a(external),
    },
    {
      name: 'of the seconds that clients stay',
      before: a({ affinityTimeoutSeconds: 600 }),
      after: a({ affinityTimeoutSeconds: 10_800 }),
    },
    {
      name: "of a port's protocol",
      before: a({ ports: [servicePort({ name: '', protocol: 'TCP' })] }),
      after: a({ ports: [servicePort({ name: '', protocol: 'UDP' })] }),
    },
    {
      name: 'of the source ranges',
      before: a({
        loadBalancerIPs: [address('203.0.113.1')],
        loadBalancerSourceRanges: [cidr('10.0.0.0/8')],
      }),
      after: a({
        loadBalancerIPs: [address('203.0.113.1')],
        loadBalancerSourceRanges: [cidr('10.9.0.0/16')],
      }),
    },
    ...balances.flatMap((from) =>
      balances
        .filter((to) => to !== from)
        .map((to) => ({
          name: `of balancing, from ${from} to ${to}`,
          before: b({ ...external, balance: from }),
          after: b({ ...external, balance: to }),
        })),
    ),
  ];

  test.each(cases)('$name is one transaction, and leads where the plan says', async ({ before, after }) => {
    const played = proxy();
    await played.apply(before);
    const commits = watched(played);
    await played.apply(after);
    expect(commits).toHaveLength(1);
    await played.tidyUp();
    const afresh = proxy();
    await afresh.apply([...before, ...after]);
    const names = ({ tool }: FakedProxy) =>
      [...tool.table('IPv4').chains.keys(), ...tool.table('IPv4').sets.keys()].sort();
    expect(names(played)).toEqual(names(afresh));
  });

  test('of the seconds that clients stay touches no set of clients', async () => {
    const played = proxy();
    await played.apply(a({ affinityTimeoutSeconds: 600 }));
    const commits = watched(played);
    await played.apply(a({ affinityTimeoutSeconds: 10_800 }));
    const kinds = commits.flatMap(({ transaction }) => transaction.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(['flush-chain', 'add-rules']));
  });

  test('that the rules do not show is no transaction', async () => {
    const played = proxy();
    await played.apply(web);
    const commits = watched(played);
    await played.apply(web);
    expect(commits).toEqual([]);
  });
});

describe('an endpoint on this node that two Services have', () => {
  const shared = (name: string, host: number): readonly Change[] => {
    const key = serviceKey(`default/${name}`);
    const own = sliceKey(`default/${name}-1`);
    const local = [endpoint('10.0.0.1', { nodeName: 'node-0' })];
    return [
      { kind: 'Service', key, record: service({ key, clusterIPs: [address(`10.96.0.${host}`)] }) },
      { kind: 'EndpointSlice', key: own, record: slice(local, { key: own, service: key }) },
    ];
  };
  const gone = (name: string): Change => ({
    kind: 'Service',
    key: serviceKey(`default/${name}`),
    record: undefined,
  });

  test('stays its own client until both are gone', async () => {
    const played = proxy();
    const hairpin = () => [...(played.tool.table('IPv4').elements.get('hairpin')?.keys() ?? [])];
    await played.apply([...shared('a', 1), ...shared('b', 2)]);
    expect(hairpin()).toEqual(['10.0.0.1 . 10.0.0.1 . tcp . 8080']);
    await played.apply([gone('a')]);
    expect(hairpin()).toEqual(['10.0.0.1 . 10.0.0.1 . tcp . 8080']);
    await played.apply([gone('b')]);
    expect(hairpin()).toEqual([]);
  });
});

describe('an address that a Service has twice', () => {
  test('serves as ClusterIP, not as external IP', async () => {
    const played = proxy();
    const own = [address('10.96.0.10')];
    await played.apply(
      objects({ externalIPs: own, externalTrafficPolicy: 'Local' }, ['10.0.0.1', '10.0.0.2']),
    );
    const { elements: standing } = played.tool.table('IPv4');
    expect(standing.get('services')).toEqual(
      new Map([['10.96.0.10 . tcp . 80', 'comment "default/web:http" : goto KUBE-SVC-tcp-random-2']]),
    );
    expect(standing.get('no-endpoint-services')).toBeUndefined();
  });

  test('is not looked at for the slots of its node port by a restart', async () => {
    const [own, key] = [[address('10.96.0.10')], sliceKey('default/web-1')];
    const ports = [servicePort({ nodePort: 30_001 })];
    const endpoints = [
      endpoint('10.0.0.1', { nodeName: 'node-1' }),
      endpoint('10.0.0.2', { nodeName: 'node-0' }),
    ];
    const changes: Change[] = [
      ...objects({ externalIPs: own, internalTrafficPolicy: 'Local', ports }, []),
      { kind: 'EndpointSlice', key, record: slice(endpoints, { key }) },
    ];
    const first = proxy();
    await first.apply(changes);
    const { tool } = first;
    const { length } = tool.commits;
    await proxy({ tool }).apply(changes);
    expect(tool.commits.slice(length)).toEqual([]);
  });
});
