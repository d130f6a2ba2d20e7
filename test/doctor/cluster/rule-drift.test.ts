import { expect, test } from 'vitest';
import { judgeDrift, type RuleDifference } from '../../../src/doctor/cluster/rule-drift.ts';

const names = new Map([
  ['10.96.0.10', 'default/web'],
  ['30080', 'default/web:http'],
]);

function judge(differences: readonly RuleDifference[], more = false) {
  return judgeDrift({ differences, more, names });
}

test('rules as the objects want them', () => {
  expect(judge([])).toMatchObject([{ severity: 'ok' }]);
});

test('chains that differ are counted and named, with the Services in their comments', () => {
  const stale: RuleDifference = {
    title: 'IPv4 nat KUBE-SEP-EPVTA2RHFPHQF37H',
    other: ['-A KUBE-SEP-EPVTA2RHFPHQF37H -p tcp -m comment --comment "default/web:http" -j DNAT'],
    wanted: undefined,
  };
  expect(judge([stale])).toMatchObject([
    {
      severity: 'fault',
      finding: expect.stringMatching(
        /1 chain, map or set differs .*\(nat KUBE-SEP-\w+\); Services: default\/web:http$/,
      ),
    },
  ]);
});

test.each([
  ['an address', '10.96.0.10 . tcp . 80 : goto KUBE-SVC-tcp-random-2', 'default/web'],
  ['a slot', '10.96.0.10 . 80 . 0 : 10.244.0.9 . 8080', 'default/web'],
  ['a node port', 'tcp . 30080 : goto KUBE-NP-EXT-tcp-random-2', 'default/web:http'],
  ['a slot of a node port', '30080 . 0 : 10.244.0.9 . 8080', 'default/web:http'],
])('elements of maps tell the Service by %s', (_, element, service) => {
  const map: RuleDifference = { title: 'IPv4 map services', other: [element], wanted: [] };
  expect(judge([map])).toMatchObject([
    { finding: expect.stringMatching(new RegExp(`Services: ${service}$`)) },
  ]);
});

test('rules that both sides have name no Service', () => {
  const rule =
    '-A KUBE-SERVICES -m comment --comment "default/web:http cluster IP" -j KUBE-SVC-67NZLRHBNDSAWJRO';
  const chain: RuleDifference = {
    title: 'IPv4 nat KUBE-SERVICES',
    other: [rule, '-A KUBE-SERVICES -j ACCEPT'],
    wanted: [rule],
  };
  expect(judge([chain])).toMatchObject([{ finding: expect.not.stringContaining('default/web') }]);
});

test.each(['IPv4 nat KUBE-SERVICES', 'IPv4 chain KUBE-SERVICES'])(
  'a node without %s is not programmed, which is another matter than stale rules',
  (title) => {
    const differences = [
      { title, other: undefined, wanted: ['-A KUBE-SERVICES -j KUBE-NODEPORTS'] },
      { title: 'IPv4 nat KUBE-SVC-67NZLRHBNDSAWJRO', other: undefined, wanted: [] },
    ];
    expect(judge(differences)).toMatchObject([
      {
        severity: 'fault',
        finding: expect.stringContaining('not programmed'),
        next: expect.stringContaining('run --once'),
      },
    ]);
  },
);

test('each family is judged by itself', () => {
  const differences = [
    { title: 'IPv4 nat KUBE-SERVICES', other: undefined, wanted: [] },
    { title: 'IPv6 nat KUBE-MARK-MASQ', other: [], wanted: ['-A KUBE-MARK-MASQ -j MARK'] },
  ];
  expect(judge(differences, true)).toMatchObject([
    { finding: expect.stringMatching(/^IPv4 is not programmed/) },
    { finding: expect.stringMatching(/^IPv6 rules are stale: more than 1 /) },
  ]);
});
