import { expect, test } from 'vitest';
import { judgeConntrack } from '../../../../src/doctor/node/settings/conntrack-table-size.ts';

const quiet = { entries: 100, max: 1000, buckets: 1000, earlyDrop: 0, drop: 0, insertFailed: 0 };

test.each([
  ['with room', {}, ['ok: 10% of 1000 entries in use']],
  ['hardly used', { entries: 1 }, ['ok: less than 1% of 1000 entries in use']],
  ['nearly full', { entries: 800 }, ['warning: the table of connections is nearly full (80%)']],
  [
    'full',
    { entries: 950, drop: 5 },
    [
      'fault: the table of connections is full (95%): packets of new connections are dropped, whatever the rules say',
    ],
  ],
  [
    'full before',
    { drop: 5 },
    [
      'warning: the table of connections was full at some time since boot: 5 packets were dropped, and 0 entries given up early',
    ],
  ],
  [
    'with connections that came twice at once',
    { drop: 5, insertFailed: 5 },
    ['ok: 10% of 1000 entries in use'],
  ],
  [
    'with long chains',
    { buckets: 100 },
    [
      'ok: 10% of 1000 entries in use',
      'warning: the table of connections may hold 10 entries a bucket: the fuller it is, the longer every packet takes',
    ],
  ],
])('a table %s', (_, differing, said) => {
  const beLiberal = { path: 'net/netfilter/nf_conntrack_tcp_be_liberal', value: 0 };
  const findings = judgeConntrack({ counters: { ...quiet, ...differing }, beLiberal, wantsLiberal: false });
  expect(findings.map(({ severity, finding }) => `${severity}: ${finding}`)).toEqual(said);
});

test.each([
  { value: 0, wanted: true, severities: ['ok', 'warning'] },
  { value: 1, wanted: true, severities: ['ok'] },
  { value: 0, wanted: false, severities: ['ok'] },
])(
  'tcp_be_liberal is $value, and $wanted that the configuration wants it',
  ({ value, wanted, severities }) => {
    const beLiberal = { path: 'net/netfilter/nf_conntrack_tcp_be_liberal', value };
    const findings = judgeConntrack({ counters: quiet, beLiberal, wantsLiberal: wanted });
    expect(findings.map(({ severity }) => severity)).toEqual(severities);
  },
);
