import { describe, expect, test } from 'vitest';
import { judgeFirewall } from '../../../../src/doctor/cluster/firewall.ts';
import type { LocalDetection } from '../../../../src/doctor/cluster/masquerade/local-detection.ts';
import { judgeMasquerade } from '../../../../src/doctor/cluster/masquerade/masquerade.ts';
import type { ConnectionMade } from '../../../../src/doctor/cluster/service-path/path-of-service.ts';
import {
  judgeServicePath,
  type NodeState,
} from '../../../../src/doctor/cluster/service-path/service-path.ts';
import { plansFor } from '../../../support/doctor/cluster/plans.ts';
import { harbour, healthyRules, shop, traceThrough } from '../../../support/doctor/cluster/traced-node.ts';
import { address, cidr, service, serviceKey } from '../../../support/records.ts';

/** Rules of table filter before those of the proxy. */
function withFilter(...lines: readonly string[]): string {
  return healthyRules.replace('*filter\n', `*filter\n${lines.join('\n')}\n`);
}

function without(pattern: RegExp): string {
  const rules = healthyRules.replace(pattern, '');
  expect(rules).not.toBe(healthyRules);
  return rules;
}

const dropForward = ':FORWARD DROP [0:0]';

const none = { traced: [], untraced: [] };

describe('the sample', () => {
  test('has packets of every kind of client', () => {
    const kinds = traceThrough(healthyRules).map(({ sample }) => sample.kind);
    expect(kinds).toStrictEqual(['pod', 'node', 'hairpin', 'outside', 'direct']);
  });

  test('of healthy rules goes where the objects want it', () => {
    for (const { sample, trace } of traceThrough(healthyRules)) {
      if (sample.kind === 'direct') expect(trace.verdict).toBe('untouched');
      else expect(trace.endpoints.map(({ endpoint }) => endpoint)).toStrictEqual(sample.endpoints);
      const hidden = trace.endpoints.filter(({ masquerade }) => masquerade).map(({ endpoint }) => endpoint);
      expect(hidden).toStrictEqual(sample.masqueradedTo);
    }
  });
});

describe('firewalls', () => {
  const judge = (rules: string) => judgeFirewall({ traced: traceThrough(rules), untraced: [] });

  test('none in the way', () => {
    expect(judge(healthyRules)).toMatchObject([{ severity: 'ok' }]);
  });

  test('the policy of FORWARD drops what no rule accepts', () => {
    expect(judge(withFilter(dropForward))).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringMatching(
          /is dropped by the policy DROP of chain FORWARD \(iptables filter, hook forward\)/,
        ),
        next: expect.stringContaining('iptables -P FORWARD ACCEPT'),
      },
    ]);
  });

  test('the policy of FORWARD does no harm where the network plugin accepts pods', () => {
    const rules = withFilter(
      dropForward,
      '-A FORWARD -s 10.244.0.0/16 -j ACCEPT',
      '-A FORWARD -d 10.244.0.0/16 -j ACCEPT',
    );
    expect(judge(rules)).toMatchObject([{ severity: 'ok' }]);
  });

  test('a rule that drops is named with its chain, position and program', () => {
    const rules = withFilter(
      ':DOCKER-USER - [0:0]',
      '-A FORWARD -j DOCKER-USER',
      '-A DOCKER-USER -s 10.0.0.1/32 -j RETURN',
      '-A DOCKER-USER -d 10.244.2.0/24 -j DROP',
    );
    expect(judge(rules)).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringMatching(
          /by Docker: rule 2 of chain DOCKER-USER .*-d 10\.244\.2\.0\/24 -j DROP/,
        ),
      },
    ]);
  });

  test('a network policy may be meant so', () => {
    const rules = withFilter(
      ':KUBE-NWPLCY-ABCDEFGHIJKLMNOP - [0:0]',
      '-A FORWARD -j KUBE-NWPLCY-ABCDEFGHIJKLMNOP',
      '-A KUBE-NWPLCY-ABCDEFGHIJKLMNOP -d 10.244.1.11/32 -j REJECT --reject-with icmp-port-unreachable',
    );
    expect(judge(rules)).toMatchObject([
      {
        severity: 'warning',
        finding: expect.stringContaining('by kube-router'),
        next: expect.stringContaining('networkpolicies'),
      },
    ]);
  });

  test('what rules ask that cannot be known from here is unknown, not a fault', () => {
    const rules = withFilter('-A FORWARD -m set --match-set cali40s:abc src -j DROP');
    expect(judge(rules)).toMatchObject([
      {
        severity: 'unknown',
        looked: expect.stringContaining('not known from here: '),
        finding: expect.stringContaining('may be dropped'),
        next: expect.stringContaining('portolan explain --live --from'),
      },
    ]);
  });

  test('what cannot be walked is said', () => {
    const untraced = traceThrough(healthyRules).map(({ sample }) => ({ sample, reason: 'too many ways' }));
    expect(judgeFirewall({ traced: [], untraced })).toMatchObject([
      { severity: 'unknown', finding: expect.stringContaining('too many ways') },
    ]);
  });

  test("our own refusal of a Service without endpoints is no firewall's", () => {
    const rules = withFilter(
      ':KUBE-SERVICES - [0:0]',
      '-A KUBE-SERVICES -d 10.96.20.10/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    ).replace(/^-A KUBE-SERVICES -d .* -j KUBE-SVC.*\n/m, '');
    expect(judge(rules)).toMatchObject([{ severity: 'ok' }]);
  });
});

describe('masquerading', () => {
  const detection: LocalDetection = {
    detectLocal: harbour.config.detectLocal,
    podCIDRs: [cidr('10.244.1.0/24')],
    pods: [address('10.244.1.11')],
    interfaces: ['lo', 'eth0', 'cni0'],
  };
  const inForce = {
    family: 'IPv4',
    table: 'iptables nat',
    programmed: true,
    jump: true,
    masquerade: true,
  } as const;
  const judge = (rules: string, own: Partial<typeof inForce | { readonly jump: false }> = {}) =>
    judgeMasquerade({
      rules: [{ ...inForce, ...own }],
      samples: { traced: traceThrough(rules), untraced: [] },
      detection,
    });

  test('where it has to be', () => {
    expect(judge(healthyRules)).toMatchObject([{ severity: 'ok' }]);
  });

  test('the jump is missing', () => {
    expect(judge(without(/^-A POSTROUTING.*\n/m), { jump: false })).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('POSTROUTING does not lead to KUBE-POSTROUTING'),
      },
    ]);
  });

  test('nothing marks what has to be masqueraded', () => {
    expect(judge(without(/^-A KUBE-MARK-MASQ.*\n/m))).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('no rule marks it') },
    ]);
  });

  test('another bit of the mark is masqueraded', () => {
    const rules = healthyRules.replace(/^(-A KUBE-MARK-MASQ.*)0x4000\/0x4000/m, '$10x8000/0x8000');
    expect(judge(rules)).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('no rule of postrouting masquerades what has the mark'),
      },
    ]);
  });

  test("somebody's rule accepts before ours", () => {
    const rules = healthyRules.replace('*nat\n', '*nat\n-A POSTROUTING -d 10.244.0.0/16 -j ACCEPT\n');
    expect(judge(rules)).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringMatching(/rule 1 of chain POSTROUTING \(iptables nat\) accepts it before/),
        next: expect.stringContaining('behind the jump'),
      },
    ]);
  });

  test("somebody's masquerading before ours serves as well", () => {
    const rules = healthyRules.replace('*nat\n', '*nat\n-A POSTROUTING -d 10.244.0.0/16 -j MASQUERADE\n');
    expect(judge(rules)).toMatchObject([{ severity: 'ok' }]);
  });

  test('a node that is not programmed is told of elsewhere', () => {
    const rules = [{ ...inForce, programmed: false, jump: false, masquerade: false }];
    expect(judgeMasquerade({ rules, samples: none, detection })).toMatchObject([{ severity: 'unknown' }]);
  });

  describe('who counts as local', () => {
    const detect = (given: Partial<LocalDetection>) =>
      judgeMasquerade({ rules: [inForce], samples: none, detection: { ...detection, ...given } });

    test('clusterCIDR that does not hold the podCIDR of the node', () => {
      expect(detect({ podCIDRs: [cidr('10.0.1.0/24')] })).toMatchObject([
        {
          severity: 'fault',
          finding: expect.stringMatching(
            /clusterCIDR 10\.244\.0\.0\/16 does not hold the podCIDR 10\.0\.1\.0\/24/,
          ),
        },
      ]);
    });

    test('clusterCIDR that does not hold pods of the node', () => {
      expect(detect({ podCIDRs: [], pods: [address('10.0.1.7')] })).toMatchObject([
        { severity: 'fault', finding: expect.stringContaining('pods of this node: 10.0.1.7') },
      ]);
    });

    test('a family that clusterCIDR says nothing of is not looked at', () => {
      expect(
        detect({ detectLocal: { mode: 'ClusterCIDR', cidrs: {} }, podCIDRs: [cidr('fd00::/64')] }),
      ).toMatchObject([{ severity: 'ok' }]);
    });

    test('NodeCIDR without a podCIDR, and with one that does not hold the pods', () => {
      expect(detect({ detectLocal: { mode: 'NodeCIDR' }, podCIDRs: [] })).toMatchObject([
        { severity: 'fault' },
      ]);
      expect(detect({ detectLocal: { mode: 'NodeCIDR' }, pods: [address('10.244.9.9')] })).toMatchObject([
        { severity: 'fault', finding: expect.stringContaining('does not hold 10.244.9.9') },
      ]);
    });
  });
});

describe("why a pod's address works and its Service's does not", () => {
  const fine: NodeState = { conntrack: { entries: 10, max: 1000 }, bridge: { name: 'cni0', calls: true } };
  const judge = (rules: string, node: NodeState = fine, connections: readonly ConnectionMade[] = []) =>
    judgeServicePath({
      untraced: [],
      asked: connections.length > 0 ? 'shop/web' : undefined,
      paths: [{ plan: shop, slices: [], traced: traceThrough(rules), connections }],
      node,
    });
  const cause = (text: string | RegExp, severity = 'fault') =>
    expect.arrayContaining([
      expect.objectContaining({ severity, finding: expect.stringMatching(text) as unknown as string }),
    ]);

  test('nothing stands in between', () => {
    expect(judge(healthyRules)).toMatchObject([{ severity: 'ok' }]);
  });

  test('the rule of the Service is missing', () => {
    expect(judge(without(/^-A KUBE-SERVICES -d .*\n/m))).toStrictEqual(
      cause('no rule translates 10.96.20.10:80 of Service shop/web:http'),
    );
  });

  test('the rules lead to an endpoint that is none any more', () => {
    expect(judge(healthyRules.replaceAll('10.244.2.12:8080', '10.244.2.99:8080'))).toStrictEqual(
      cause('to 10.244.2.99:8080, which is no endpoint of it: the rules are stale'),
    );
  });

  test('the rules refuse though there are endpoints', () => {
    const stale = withFilter(
      ':KUBE-SERVICES - [0:0]',
      '-A KUBE-SERVICES -d 10.96.20.10/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    ).replace(/^-A KUBE-SERVICES -d .* -j KUBE-SVC.*\n/m, '');
    expect(judge(stale)).toStrictEqual(cause('the rules reject packets for 10.96.20.10:80'));
  });

  test('a firewall drops after the translation', () => {
    expect(judge(withFilter('-A FORWARD -d 10.244.2.0/24 -j DROP'))).toStrictEqual(
      cause(/the Service does not answer: .* is dropped by rule 1 of chain FORWARD/),
    );
  });

  test('masquerading is missing', () => {
    expect(judge(without(/^-A POSTROUTING.*\n/m))).toStrictEqual(cause('reaches an endpoint unmasqueraded'));
  });

  test('it has no endpoint', () => {
    const [plan] = plansFor(service({ key: serviceKey('shop/web') }), []);
    if (plan === undefined) throw new Error('no plan');
    const paths = [{ plan, slices: [], traced: [], connections: [] }];
    expect(judgeServicePath({ asked: undefined, paths, untraced: [], node: fine })).toStrictEqual(
      cause('clients of Service shop/web:http are refused: .* has no EndpointSlice'),
    );
  });

  test('conntrack is full', () => {
    expect(judge(healthyRules, { ...fine, conntrack: { entries: 1000, max: 1000 } })).toStrictEqual(
      cause('the table of conntrack is full', 'warning'),
    );
  });

  test('packets of a bridge pass no rules', () => {
    expect(judge(healthyRules, { ...fine, bridge: { name: 'cni0', calls: false } })).toStrictEqual(
      cause('replies between pods of bridge cni0', 'warning'),
    );
  });

  test('packets that cannot be walked leave it open', () => {
    const untraced = traceThrough(healthyRules).map(({ sample }) => ({ sample, reason: 'too many ways' }));
    const paths = [{ plan: shop, slices: [], traced: [], connections: [] }];
    expect(judgeServicePath({ asked: undefined, paths, untraced, node: fine })).toMatchObject([
      { severity: 'unknown', finding: expect.stringContaining('too many ways') },
    ]);
  });

  test('a Service that is not served here', () => {
    expect(judgeServicePath({ asked: 'shop/nothing', paths: [], untraced: [], node: fine })).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('Service shop/nothing is not served on this node'),
      },
    ]);
  });

  const silent = { kind: 'silence' } as const;
  const open = { kind: 'open' } as const;
  const made = (clusterIP: ConnectionMade['outcome'], pod: ConnectionMade['outcome']): ConnectionMade[] => [
    { to: 'ClusterIP', destination: '10.96.20.10:80', outcome: clusterIP },
    { to: 'endpoint', destination: '10.244.1.11:8080', outcome: pod },
  ];

  test('connections that open', () => {
    expect(judge(healthyRules, fine, made(open, open))).toMatchObject([{ severity: 'ok' }]);
  });

  test('not even the pod answers', () => {
    expect(judge(healthyRules, fine, made(silent, silent))).toStrictEqual(
      cause('not even the endpoints of Service shop/web answer'),
    );
  });

  test('the pod answers, the Service does not, and the rules are in order', () => {
    expect(judge(healthyRules, fine, made(silent, open))).toStrictEqual(
      cause('the rules of Service shop/web are in order, and yet 10.96.20.10:80 did not answer'),
    );
  });
});
