import { describe, expect, test } from 'vitest';
import type { Knowledge } from '../../src/explain/explanation.ts';
import { planService } from '../../src/plan/plan-service.ts';
import type { Step, Trace } from '../../src/trace/trace.ts';
import { end, explained, forkTo, packet, ruleStep, traceOf } from '../support/explain/traces.ts';
import { address, cidr, context, endpoint, service, slice } from '../support/records.ts';

/** The Service default/web, which has two endpoints unless a case says otherwise. */
function knowledgeOf(
  overrides: Parameters<typeof service>[0] = {},
  addresses = ['10.244.0.1', '10.244.0.2'],
): Knowledge {
  const record = service({ clusterIPs: [packet.destination], ...overrides });
  const slices = addresses.length === 0 ? [] : [slice(addresses.map((text) => endpoint(text)))];
  const [plan] = planService(record, slices, context());
  const [frontend] = plan?.frontends ?? [];
  if (plan === undefined || frontend === undefined)
    throw new Error('a Service with a ClusterIP has a frontend');
  return { target: { plan, frontend }, client: undefined, backends: new Map(), remarks: [] };
}

function dnatTo(...endpoints: readonly string[]): Trace {
  const shares = endpoints.map((one) => ({ endpoint: one, share: 1 / endpoints.length, masquerade: false }));
  return traceOf([forkTo(endpoints)], { verdict: 'dnat', endpoints: shares });
}

const refused = ruleStep({
  table: 'iptables filter',
  rule: '-A KUBE-SERVICES -d 10.96.20.10/32 -j REJECT',
  comment: 'default/web:http has no endpoints',
  effect: { kind: 'reject', with: 'icmp-port-unreachable' },
});

describe('notes say that the rules are not those of the objects', () => {
  test.each<[string, Trace, Knowledge, RegExp]>([
    [
      'where they send to a foreign endpoint',
      dnatTo('10.244.0.1:8080', '10.244.0.9:8080'),
      knowledgeOf(),
      /10\.244\.0\.9:8080 is none of its endpoints/,
    ],
    ['where they leave out an endpoint', dnatTo('10.244.0.1:8080'), knowledgeOf(), /it has more endpoints/],
    [
      'where they refuse what has endpoints',
      traceOf([refused, end('reject')], { verdict: 'reject' }),
      knowledgeOf(),
      /it has endpoints/,
    ],
    ['where they do nothing', traceOf([end('untouched')]), knowledgeOf(), /it should go to an endpoint/],
    [
      'where they do nothing, and should refuse',
      traceOf([end('untouched')]),
      knowledgeOf({}, []),
      /it should be refused/,
    ],
  ])('%s', (_, trace, knowledge, expected) => {
    const { notes } = explained(trace, { knowledge });
    expect(notes).toEqual([expect.stringMatching(expected)]);
    expect(notes[0]).toContain('by the objects it is the ClusterIP of default/web:http');
  });

  test.each<[string, Trace, Knowledge]>([
    ['they send to its endpoints', dnatTo('10.244.0.1:8080', '10.244.0.2:8080'), knowledgeOf()],
    [
      'they refuse what has none',
      traceOf([refused, end('reject')], { verdict: 'reject' }),
      knowledgeOf({}, []),
    ],
    [
      'a firewall drops',
      traceOf(
        [ruleStep({ table: 'iptables filter', chain: 'FORWARD', effect: { kind: 'drop' } }), end('drop')],
        { verdict: 'drop' },
      ),
      knowledgeOf(),
    ],
    [
      'the objects say nothing of it',
      traceOf([end('untouched')]),
      { target: undefined, client: undefined, backends: new Map(), remarks: [] },
    ],
  ])('and nothing where %s', (_, trace, knowledge) => {
    expect(explained(trace, { knowledge }).notes).toEqual([]);
  });

  test('and not where an endpoint remembers the client', () => {
    const { notes } = explained(dnatTo('10.244.0.1:8080'), {
      knowledge: knowledgeOf({ affinityTimeoutSeconds: 600 }),
    });
    expect(notes).toEqual([
      'sessionAffinity ClientIP: the client stays with its first endpoint until it was silent for 600 s',
    ]);
  });
});

describe('the reason of masquerading', () => {
  const masqueraded = ruleStep({
    hook: 'postrouting',
    chain: 'KUBE-POSTROUTING',
    rule: '-A KUBE-POSTROUTING -j MASQUERADE',
    effect: { kind: 'masquerade' },
  });

  test('is that of the rule that asked for it', () => {
    const mark = ruleStep({
      chain: 'KUBE-SVC-A',
      rule: '-A KUBE-SVC-A ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ',
      effect: { kind: 'jump', chain: 'KUBE-MARK-MASQ' },
    });
    const { path } = explained(traceOf([mark, masqueraded]));
    expect(path[1]).toMatchObject({
      reason: 'masqueraded: the client is outside the cluster (not in 10.244.0.0/16)',
    });
  });

  test('of one branch does not count on the other', () => {
    const hairpin = ruleStep({
      chain: 'KUBE-SEP-A',
      rule: '-A KUBE-SEP-A -s 10.244.1.5/32 -j KUBE-MARK-MASQ',
      effect: { kind: 'jump', chain: 'KUBE-MARK-MASQ' },
    });
    const branch = (steps: readonly Step[]) => ({
      share: 0.5,
      condition: 'at random',
      path: [...steps, masqueraded],
    });
    const { path } = explained(traceOf([{ kind: 'fork', branches: [branch([hairpin]), branch([])] }]));
    const [fork] = path;
    const reasons = fork?.kind === 'fork' ? fork.branches.map((one) => one.path.at(-1)) : [];
    expect(reasons).toMatchObject([
      { reason: 'masqueraded: the client is the endpoint itself (hairpin)' },
      { reason: 'masqueraded: the packet is marked for it' },
    ]);
  });
});

describe('the Service at the destination', () => {
  const to = (chain: string) => ({ kind: 'goto', chain }) as const;

  test.each([
    [
      'a comment of iptables',
      { comment: 'default/web:http cluster IP', effect: to('KUBE-SVC-A') },
      { service: 'default/web:http', frontend: 'ClusterIP' },
    ],
    [
      'a rule of node ports',
      { chain: 'KUBE-NODEPORTS', comment: 'default/web:http', effect: to('KUBE-EXT-A') },
      { service: 'default/web:http', frontend: 'NodePort' },
    ],
    [
      "a name of a chain in kube-proxy's mode nftables",
      {
        table: 'nft ip kube-proxy',
        chain: 'services',
        rule: 'ip daddr . meta l4proto . th dport vmap @service-ips',
        effect: to('service-E2IH552V-default/web/tcp/http'),
      },
      { service: 'default/web:http', frontend: 'ClusterIP' },
    ],
    [
      "kube-proxy's map of node ports",
      {
        table: 'nft ip kube-proxy',
        chain: 'services',
        rule: 'ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports',
        effect: to('external-E2IH552V-default/web/tcp/http'),
      },
      { service: 'default/web:http', frontend: 'NodePort' },
    ],
    [
      'no comment of another program',
      { table: 'iptables filter', chain: 'cali-FORWARD', comment: 'from default/web', effect: to('cali-x') },
      undefined,
    ],
  ])('is known by %s', (_, step, expected) => {
    expect(explained(traceOf([ruleStep(step)])).target).toEqual(expected);
  });

  test('is known by the objects before all', () => {
    const step = ruleStep({ comment: 'default/old:http cluster IP', effect: to('KUBE-SVC-A') });
    expect(explained(traceOf([step]), { knowledge: knowledgeOf() }).target).toEqual({
      service: 'default/web:http',
      frontend: 'ClusterIP',
    });
  });
});

test('a refusal names the source ranges that the objects have', () => {
  const knowledge = knowledgeOf({
    clusterIPs: [address('10.96.0.10')],
    loadBalancerIPs: [packet.destination],
    loadBalancerSourceRanges: [cidr('203.0.113.0/24')],
  });
  const drop = ruleStep({
    table: 'nft ip portolan',
    chain: 'KUBE-FW-A',
    rule: 'ip saddr != 203.0.113.0/24 drop',
    effect: { kind: 'drop' },
  });
  expect(explained(traceOf([drop, end('drop')], { verdict: 'drop' }), { knowledge }).summary).toBe(
    'loadBalancerSourceRanges of default/web:http (203.0.113.0/24) do not hold 10.244.1.5',
  );
});

test('marks of a service proxy are left out, unless every rule is asked for', () => {
  const mark = ruleStep({ chain: 'KUBE-MARK-MASQ', effect: { kind: 'mark', mark: 0x4000n, field: 'mark' } });
  const other = ruleStep({ chain: 'MY-MARKS', effect: { kind: 'mark', mark: 1n, field: 'mark' } });
  expect(explained(traceOf([mark, other])).path).toHaveLength(1);
  expect(explained(traceOf([mark, other]), { everyRule: true }).path).toHaveLength(2);
});
