import { describe, expect, test } from 'vitest';
import { type DnsProbe, judgeDns } from '../../../../src/doctor/cluster/dns/dns.ts';
import { type DnsTarget, dnsTargets } from '../../../../src/doctor/cluster/dns/dns-targets.ts';
import type { DnsOutcome } from '../../../../src/kernel/live-view.ts';
import { bookOf, plansFor } from '../../../support/doctor/cluster/plans.ts';
import { address, endpoint, service, serviceKey, servicePort, slice } from '../../../support/records.ts';

const ports = [
  servicePort({ name: 'dns', protocol: 'UDP', port: 53 }),
  servicePort({ name: 'dns-tcp', protocol: 'TCP', port: 53 }),
  servicePort({ name: 'metrics', protocol: 'TCP', port: 9153 }),
];
const sliced = slice([endpoint('10.244.0.2'), endpoint('10.244.0.3')], {
  ports: [
    { name: 'dns', protocol: 'UDP', port: 53 },
    { name: 'dns-tcp', protocol: 'TCP', port: 53 },
    { name: 'metrics', protocol: 'TCP', port: 9153 },
  ],
});

function targetsOf(...keys: readonly string[]): readonly DnsTarget[] {
  const plans = keys.flatMap((key) => plansFor(service({ key: serviceKey(key), ports }), [sliced]));
  return dnsTargets(bookOf(plans));
}

describe('who is asked', () => {
  test('the ClusterIP and each endpoint, over UDP and TCP, and no other port', () => {
    const asked = targetsOf('kube-system/kube-dns').map(
      ({ by, protocol, address: at, port }) => `${by} ${protocol} ${at} ${port}`,
    );
    expect(asked).toStrictEqual([
      'ClusterIP UDP 10.96.0.10 53',
      'endpoint UDP 10.244.0.2 53',
      'endpoint UDP 10.244.0.3 53',
      'ClusterIP TCP 10.96.0.10 53',
      'endpoint TCP 10.244.0.2 53',
      'endpoint TCP 10.244.0.3 53',
    ]);
  });

  test('kube-system/kube-dns, though other Services have port 53 as well', () => {
    const asked = targetsOf('apps/dns', 'kube-system/kube-dns').map((target) => target.service);
    expect(new Set(asked)).toStrictEqual(
      new Set(['kube-system/kube-dns:dns', 'kube-system/kube-dns:dns-tcp']),
    );
  });

  test('where that is not there, the one with port 53 in kube-system', () => {
    const asked = targetsOf('apps/dns', 'kube-system/coredns').map((target) => target.service);
    expect(new Set(asked)).toStrictEqual(new Set(['kube-system/coredns:dns', 'kube-system/coredns:dns-tcp']));
  });

  test('of many endpoints only some', () => {
    const many = slice(
      Array.from({ length: 50 }, (_, index) => endpoint(`10.244.0.${index + 2}`)),
      { ports: sliced.ports },
    );
    const plans = plansFor(service({ key: serviceKey('kube-system/kube-dns'), ports }), [many]);
    expect(dnsTargets(bookOf(plans))).toHaveLength(10);
  });
});

describe('where DNS fails', () => {
  const answer: DnsOutcome = { kind: 'answer', code: 'NXDOMAIN' };
  const silence: DnsOutcome = { kind: 'silence' };
  const targets = targetsOf('kube-system/kube-dns');
  const probes = (fails: (target: DnsTarget) => boolean, failure: DnsOutcome = silence): DnsProbe[] =>
    targets.map((target) => ({ target, outcome: fails(target) ? failure : answer }));

  test('nowhere: any answer will do', () => {
    expect(judgeDns(probes(() => false))).toMatchObject([{ severity: 'ok' }]);
  });

  test('nothing is said where the cluster has no DNS', () => {
    expect(judgeDns([])).toStrictEqual([]);
  });

  test.each([
    [
      'the ClusterIP fails and the endpoints answer: the rules',
      ({ by }) => by === 'ClusterIP',
      'the rules of the Service are at fault',
    ],
    [
      'the ClusterIP fails over one protocol: the rules',
      ({ by, protocol }) => by === 'ClusterIP' && protocol === 'UDP',
      'the rules of the Service are at fault',
    ],
    ['UDP fails and TCP works', ({ protocol }) => protocol === 'UDP', 'UDP fails and TCP works'],
    ['TCP fails and UDP works', ({ protocol }) => protocol === 'TCP', 'TCP fails and UDP works'],
    ['nothing answers: the pods, or the network', () => true, 'its pods, or the way to them, are at fault'],
    ['one endpoint does not answer', ({ address: at }) => at === '10.244.0.3', 'endpoint 10.244.0.3:53 UDP'],
  ] satisfies [string, (target: DnsTarget) => boolean, string][])('%s', (_, fails, cause) => {
    expect(judgeDns(probes(fails))).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining(cause) },
    ]);
  });

  test('an error is told by its code', () => {
    const refused: DnsOutcome = { kind: 'error', code: 'ECONNREFUSED' };
    expect(judgeDns(probes(({ by }) => by === 'ClusterIP', refused))).toMatchObject([
      { looked: expect.stringContaining('ClusterIP 10.96.0.10:53 UDP ECONNREFUSED') },
    ]);
  });

  test('there is no endpoint to ask', () => {
    const [clusterIP] = targets;
    expect(clusterIP).toMatchObject({ by: 'ClusterIP', address: address('10.96.0.10') });
    expect(judgeDns(clusterIP === undefined ? [] : [{ target: clusterIP, outcome: silence }])).toMatchObject([
      { finding: expect.stringContaining('has no endpoint in use') },
    ]);
  });
});
