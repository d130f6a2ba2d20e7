import { describe, expect, test } from 'vitest';
import { judgeNodeAddresses } from '../../../../src/doctor/node/node-identity.ts';
import { judgeBridges } from '../../../../src/doctor/node/settings/bridge-netfilter.ts';
import { judgeForwarding } from '../../../../src/doctor/node/settings/forwarding.ts';
import { judgeHairpin } from '../../../../src/doctor/node/settings/hairpin.ts';
import { judgeMarks } from '../../../../src/doctor/node/settings/packet-marks.ts';
import { judgeRouteLocalnet } from '../../../../src/doctor/node/settings/route-localnet.ts';
import { setTo, settingName } from '../../../../src/doctor/node/settings/settings.ts';
import { address, link, port } from '../../../support/doctor/node/interfaces.ts';

describe('the name of a setting', () => {
  test('has dots, as people write it', () => {
    expect(setTo('net/ipv4/conf/eth0/rp_filter', 2)).toBe('sysctl -w net.ipv4.conf.eth0.rp_filter=2');
  });
  test('has slashes where an interface has a dot in its name', () => {
    expect(settingName('net/ipv4/conf/eth0.100/rp_filter')).toBe('net/ipv4/conf/eth0.100/rp_filter');
  });
});

describe('forwarding', () => {
  const ipv4 = (value: number) =>
    ({ family: 'IPv4', setting: { path: 'net/ipv4/ip_forward', value } }) as const;
  const cni0 = (value: number) => ({
    name: 'cni0',
    setting: { path: 'net/ipv4/conf/cni0/forwarding', value },
  });
  const none = { interfaces: [], advertised: [] };

  test('is on', () => {
    expect(judgeForwarding({ ...none, families: [ipv4(1)], interfaces: [cni0(1)] })).toEqual([
      { severity: 'ok', looked: 'net.ipv4.ip_forward = 1', finding: 'IPv4 is on' },
    ]);
  });
  test('is off, which says it all', () => {
    expect(judgeForwarding({ ...none, families: [ipv4(0)], interfaces: [cni0(0)] })).toMatchObject([
      { severity: 'fault', looked: 'net.ipv4.ip_forward = 0' },
    ]);
  });
  test('is off for one interface', () => {
    const findings = judgeForwarding({ ...none, families: [ipv4(1)], interfaces: [cni0(0)] });
    expect(findings).toMatchObject([
      { severity: 'fault', looked: 'net.ipv4.conf.cni0.forwarding = 0' },
      { severity: 'ok' },
    ]);
  });
  test.each([
    { acceptRa: 1, severities: ['warning'] },
    { acceptRa: 2, severities: [] },
    { acceptRa: 0, severities: [] },
  ])(
    'keeps an advertised default route with accept_ra = $acceptRa: $severities',
    ({ acceptRa, severities }) => {
      const advertised = [
        {
          name: 'eth0',
          acceptRa: { path: 'net/ipv6/conf/eth0/accept_ra', value: acceptRa },
          forwarding: { path: 'net/ipv6/conf/eth0/forwarding', value: 1 },
        },
      ];
      const findings = judgeForwarding({ families: [], interfaces: [], advertised });
      expect(findings.map(({ severity }) => severity)).toEqual(severities);
    },
  );
});

describe('rules for bridged packets', () => {
  const path = 'net/bridge/bridge-nf-call-iptables';
  const judge = (value: number | undefined, differing: Partial<Parameters<typeof judgeBridges>[0]> = {}) =>
    judgeBridges({
      bridges: [{ name: 'cni0', settings: { callIptables: false, callIp6tables: false } }],
      switches: [{ family: 'IPv4', setting: { path, value } }],
      masqueradeAll: false,
      ...differing,
    });

  test('are called', () => expect(judge(1)).toMatchObject([{ severity: 'ok' }]));
  test('are not called', () =>
    expect(judge(0)).toMatchObject([
      { severity: 'fault', next: 'sysctl -w net.bridge.bridge-nf-call-iptables=1' },
    ]));
  test('cannot be called without a module of the kernel', () =>
    expect(judge(undefined)[0]?.next).toBe(
      'modprobe br_netfilter && sysctl -w net.bridge.bridge-nf-call-iptables=1',
    ));
  test("are called by the bridge's own switch", () =>
    expect(
      judge(0, { bridges: [{ name: 'cni0', settings: { callIptables: true, callIp6tables: false } }] }),
    ).toMatchObject([{ severity: 'ok' }]));
  test('need not be called where everything is masqueraded', () =>
    expect(judge(0, { masqueradeAll: true })).toMatchObject([{ severity: 'ok' }]));
  test('concern nobody without pods on a bridge', () => expect(judge(0, { bridges: [] })).toEqual([]));
});

describe('hairpin mode', () => {
  const judge = (promiscuous: boolean, ...hairpins: readonly boolean[]) =>
    judgeHairpin({
      bridge: link('cni0', { kind: 'bridge', promiscuous }),
      ports: hairpins.map((hairpin, at) => port(`veth${at}`, 'cni0', { hairpin })),
    });

  test('on every port', () => expect(judge(false, true, true).severity).toBe('ok'));
  test('missing on one port', () =>
    expect(judge(false, true, false)).toMatchObject({
      severity: 'warning',
      looked: 'bridge cni0 (promiscuous: no), hairpin mode on 1 of 2 ports',
      next: expect.stringContaining('bridge link set dev veth1 hairpin on'),
    }));
  test('not needed on a promiscuous bridge', () => expect(judge(true, false).severity).toBe('ok'));
});

describe('route_localnet', () => {
  const setting = (name: string, value: number) => ({ path: `net/ipv4/conf/${name}/route_localnet`, value });
  test.each([
    { wanted: true, services: 1, all: 1, uplink: 0, severity: 'ok' },
    { wanted: true, services: 1, all: 0, uplink: 0, severity: 'fault' },
    { wanted: true, services: 0, all: 0, uplink: 0, severity: 'ok' },
    { wanted: true, services: undefined, all: 0, uplink: 0, severity: 'unknown' },
    { wanted: false, services: 1, all: 0, uplink: 0, severity: 'ok' },
    { wanted: false, services: 1, all: 1, uplink: 0, severity: 'warning' },
    { wanted: false, services: 1, all: 0, uplink: 1, severity: 'warning' },
  ])('wanted: $wanted, $services Services with node ports, all = $all, eth0 = $uplink: $severity', (one) => {
    const { wanted, services, all, uplink, severity } = one;
    const observed = { wanted, services, all: setting('all', all), uplinks: [setting('eth0', uplink)] };
    expect(judgeRouteLocalnet(observed)).toMatchObject([{ severity }]);
  });
});

describe('the mark for masquerading', () => {
  const rule = { priority: 100, source: 'all', table: '99', family: 'IPv4' } as const;
  test.each([
    ['no mark', undefined, 'ok'],
    ['another bit', { value: 0x80, mask: 0x80 }, 'ok'],
    ['another bit of a mask that has it', { value: 0x80, mask: 0xffff }, 'ok'],
    ['the same bit and others (WireGuard)', { value: 0xca6c, mask: 0xffffffff }, 'ok'],
    ['the same bit', { value: 0x4000, mask: 0x4000 }, 'warning'],
    ['the whole mark', { value: 0x4000, mask: 0xffffffff }, 'warning'],
  ])('a rule that asks for %s', (_, mark, severity) => {
    expect(judgeMarks({ bit: 14, rules: [{ ...rule, mark }] })).toMatchObject([{ severity }]);
  });
  test('bit 31', () => {
    const mark = { value: 0x80000000, mask: 0x80000000 };
    expect(judgeMarks({ bit: 31, rules: [{ ...rule, mark }] })).toMatchObject([{ severity: 'warning' }]);
  });
});

describe("the node's addresses", () => {
  const judge = (differing: Partial<Parameters<typeof judgeNodeAddresses>[0]>) =>
    judgeNodeAddresses({
      nodeName: 'node-0',
      own: { IPv4: address('192.168.50.10') },
      families: ['IPv4'],
      interfaces: [link('eth0', { addresses: ['192.168.50.10/24'] })],
      ...differing,
    });

  test('are on an interface', () =>
    expect(judge({})).toMatchObject([{ severity: 'ok', finding: '192.168.50.10 on eth0' }]));
  test('are on none: another node, or network namespace', () =>
    expect(judge({ interfaces: [link('eth0')] })).toMatchObject([{ severity: 'fault' }]));
  test('are on one that is down', () =>
    expect(
      judge({ interfaces: [link('eth0', { up: false, addresses: ['192.168.50.10/24'] })] }),
    ).toMatchObject([{ severity: 'fault', next: 'ip link set dev eth0 up' }]));
  test('lack a family that Services have', () =>
    expect(judge({ families: ['IPv4', 'IPv6'] })).toMatchObject([
      { severity: 'ok' },
      { severity: 'warning' },
    ]));
});
