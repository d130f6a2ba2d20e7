import { describe, expect, test } from 'vitest';
import type { Family } from '../../../src/net/family.ts';
import { affinityPickRules, endpointChains, nftTime } from '../../../src/nftables/content/affinity-chains.ts';
import { Shapes } from '../../../src/nftables/content/shapes.ts';
import { slotKinds } from '../../../src/nftables/names.ts';
import type { NftablesOptions } from '../../../src/nftables/nftables-options.ts';
import { planService } from '../../../src/plan/plan-service.ts';
import { balances, type ServiceRecord } from '../../../src/state/records.ts';
import { tableOptions } from '../../support/nftables/proxy.ts';
import { address, cidr, context, endpoint, service, serviceKey, slice } from '../../support/records.ts';

const shapesOf = (family: Family = 'IPv4', options: Partial<NftablesOptions> = {}) =>
  new Shapes(tableOptions(family, options));

const clusterPick = { kind: 'service-endpoints', protocol: 'TCP' } as const;
const localPick = { kind: 'service-local-endpoints', protocol: 'TCP' } as const;

describe('the chain that picks a slot', () => {
  test.each([
    ['random', 'dnat ip to ip daddr . tcp dport . numgen random mod 3 map @service-endpoints-tcp'],
    ['round-robin', 'dnat ip to ip daddr . tcp dport . numgen inc mod 3 map @service-endpoints-tcp'],
    [
      'source-hash',
      'dnat ip to ip daddr . tcp dport . jhash ip saddr mod 3 seed 0x706f7274 map @service-endpoints-tcp',
    ],
    [
      'maglev',
      'dnat ip to ip daddr . tcp dport . jhash ip saddr mod 3 seed 0x706f7274 map @service-endpoints-tcp',
    ],
  ] as const)('%s, has the rule', (balance, rule) => {
    expect(shapesOf().pick(clusterPick, { balance, size: 3 })).toEqual({
      name: `KUBE-SVC-tcp-${balance}-3`,
      rules: [rule],
      uses: [],
    });
  });

  test.each([
    ['service-endpoints', 'KUBE-SVC-udp-random-2', 'ip daddr . udp dport . '],
    ['service-local-endpoints', 'KUBE-SVL-udp-random-2', 'ip daddr . udp dport . '],
    ['node-port-endpoints', 'KUBE-NP-SVC-udp-random-2', 'udp dport . '],
    ['node-port-local-endpoints', 'KUBE-NP-SVL-udp-random-2', 'udp dport . '],
  ] as const)('of %s looks in that map for the words of its keys', (kind, name, words) => {
    const shape = shapesOf().pick({ kind, protocol: 'UDP' }, { balance: 'random', size: 2 });
    expect(shape.name).toBe(name);
    expect(shape.rules).toEqual([`dnat ip to ${words}numgen random mod 2 map @${kind}-udp`]);
  });

  test('speaks of IPv6 in the table of IPv6', () => {
    const { rules } = shapesOf('IPv6').pick(clusterPick, { balance: 'source-hash', size: 2 });
    expect(rules).toEqual([
      'dnat ip6 to ip6 daddr . tcp dport . jhash ip6 saddr mod 2 seed 0x706f7274 map @service-endpoints-tcp',
    ]);
  });

  test('is one chain for all Services of the same choice, and another for each other choice', () => {
    const shapes = shapesOf();
    const choices = slotKinds.flatMap((kind) =>
      (['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
        balances.flatMap((balance) =>
          [1, 2].map(
            (size) =>
              [
                { kind, protocol },
                { balance, size },
              ] as const,
          ),
        ),
      ),
    );
    const names = choices.map(([source, choice]) => shapes.pick(source, choice).name);
    expect(new Set(names).size).toBe(choices.length);
    const [[source, choice] = [clusterPick, { balance: 'random', size: 1 } as const]] = choices;
    expect(shapes.pick(source, choice)).toBe(shapes.pick(source, { ...choice }));
  });
});

describe('the chain of external traffic', () => {
  const choice = { balance: 'random', size: 3 } as const;

  test('by policy Cluster marks it, so that answers come back through this node', () => {
    const shapes = shapesOf();
    const pick = shapes.pick(clusterPick, choice);
    expect(shapes.external(pick)).toEqual({
      name: 'KUBE-EXT-tcp-random-3',
      rules: ['jump KUBE-MARK-MASQ', 'goto KUBE-SVC-tcp-random-3'],
      uses: [pick],
    });
  });

  test("by policy Local lets pods and the node use every endpoint, and others this node's", () => {
    const shapes = shapesOf();
    const [cluster, local] = [
      shapes.pick(clusterPick, choice),
      shapes.pick(localPick, { ...choice, size: 1 }),
    ];
    expect(shapes.externalLocal(cluster, local, 1)).toEqual({
      name: 'KUBE-EXT-tcp-random-3-local-1',
      rules: [
        'ip saddr 10.0.0.0/8 goto KUBE-SVC-tcp-random-3',
        'fib saddr type local jump KUBE-MARK-MASQ',
        'fib saddr type local goto KUBE-SVC-tcp-random-3',
        'goto KUBE-SVL-tcp-random-1',
      ],
      uses: [cluster, local],
    });
  });

  test('by policy Local leads others nowhere, where this node has no endpoint', () => {
    const shapes = shapesOf('IPv4', { localDetector: undefined });
    const cluster = shapes.pick(clusterPick, choice);
    expect(shapes.externalLocal(cluster, undefined, 0)).toEqual({
      name: 'KUBE-EXT-tcp-random-3-local-0',
      rules: ['fib saddr type local jump KUBE-MARK-MASQ', 'fib saddr type local goto KUBE-SVC-tcp-random-3'],
      uses: [cluster],
    });
  });

  test('to node ports has a name of its own', () => {
    const shapes = shapesOf();
    const pick = shapes.pick({ kind: 'node-port-endpoints', protocol: 'SCTP' }, choice);
    expect(shapes.external(pick).name).toBe('KUBE-NP-EXT-sctp-random-3');
  });
});

describe('the chain of source ranges', () => {
  test('drops what comes from none of them', () => {
    const { name, rules, uses } = shapesOf().firewall([cidr('10.1.0.0/16'), address('203.0.113.1')]);
    expect(name).toMatch(/^KUBE-FW-[0-9A-F]{16}$/);
    expect(rules).toEqual(['ip saddr != { 10.1.0.0/16, 203.0.113.1 } counter packets 0 bytes 0 drop']);
    expect(uses).toEqual([]);
  });

  test('is the same for ranges that mean the same', () => {
    const shapes = shapesOf();
    const [some, same, others] = [
      shapes.firewall([cidr('10.1.0.0/16'), cidr('10.0.0.0/16')]),
      shapes.firewall([cidr('10.0.0.0/15')]),
      shapes.firewall([cidr('10.0.0.0/14')]),
    ];
    expect(some).toBe(same);
    expect(some.name).not.toBe(others.name);
  });
});

describe('a service port with affinity', () => {
  function planOf(overrides: Partial<ServiceRecord>) {
    const record = service({ affinityTimeoutSeconds: 10_800, ...overrides });
    const where = context({ holder: () => record.key });
    const [plan] = planService(record, [slice([endpoint('10.0.0.1'), endpoint('10.0.0.2')])], where);
    if (plan === undefined) throw new Error('a plan');
    return plan;
  }
  const options = tableOptions('IPv4');
  const plan = planOf({});
  const chains = endpointChains(plan, plan.endpoints.cluster, options);

  test('has a chain for each endpoint, which remembers the client before it translates', () => {
    expect(chains.map(({ rules }) => rules)).toEqual(
      ['10.0.0.1', '10.0.0.2'].map((host, at) => [
        `update @${chains[at]?.clients} { ip saddr timeout 3h }`,
        `meta l4proto tcp counter packets 0 bytes 0 dnat to ${host}:8080 comment "default/web:http"`,
      ]),
    );
  });

  test('says whose it is in the 128 characters that nft takes', () => {
    const long = planOf({ key: serviceKey(`${'n'.repeat(63)}/${'s'.repeat(63)}`) });
    const rules = [
      ...endpointChains(long, long.endpoints.cluster, options).flatMap((chain) => chain.rules),
      ...affinityPickRules(long, long.endpoints.cluster, options),
    ];
    const comments = rules.flatMap((rule) => /comment "(.*)"/.exec(rule)?.[1] ?? []);
    expect(comments.map(({ length }) => length)).toEqual([128, 128, 128]);
  });

  test('has a set of clients for each endpoint', () => {
    const [first, second] = chains;
    expect(first?.name).toMatch(/^KUBE-SEP-[A-Z2-7]{16}$/);
    expect(first?.clients).toBe(`${first?.name}-clients`);
    expect(first?.clients).not.toBe(second?.clients);
  });

  test('asks each endpoint for its client, and then takes any; the last rule takes what is left', () => {
    const [first, second] = chains;
    expect(affinityPickRules(plan, plan.endpoints.cluster, options)).toEqual([
      `ip saddr @${first?.clients} goto ${first?.name}`,
      `ip saddr @${second?.clients} goto ${second?.name}`,
      `numgen random mod 2 vmap { 1 : goto ${second?.name} }`,
      `goto ${first?.name} comment "default/web:http"`,
    ]);
  });

  test('takes its only endpoint without a choice', () => {
    const [only] = plan.endpoints.cluster;
    const [chain] = chains;
    expect(affinityPickRules(plan, only === undefined ? [] : [only], options)).toEqual([
      `ip saddr @${chain?.clients} goto ${chain?.name}`,
      `goto ${chain?.name} comment "default/web:http"`,
    ]);
  });

  test('asks each endpoint once, however many slots it has', () => {
    const [one, other] = plan.endpoints.cluster;
    if (one === undefined || other === undefined) throw new Error('two endpoints');
    const rules = affinityPickRules(planOf({ balance: 'maglev' }), [one, other, one], options);
    const [first, second] = chains;
    expect(rules.slice(2)).toEqual([
      `jhash ip saddr mod 3 seed 0x706f7274 vmap { 1 : goto ${second?.name}, 2 : goto ${first?.name} }`,
      `goto ${first?.name} comment "default/web:http"`,
    ]);
  });
});

describe('seconds are listed', () => {
  test.each([
    [0, '0s'],
    [1, '1s'],
    [60, '1m'],
    [90, '1m30s'],
    [3_600, '1h'],
    [3_601, '1h1s'],
    [10_800, '3h'],
    [86_399, '23h59m59s'],
    [86_400, '1d'],
    [90_061, '1d1h1m1s'],
  ])('%i as %s', (seconds, text) => expect(nftTime(seconds)).toBe(text));
});
