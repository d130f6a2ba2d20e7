import { describe, expect, test } from 'vitest';
import { judgeNeighbours } from '../../../../src/doctor/node/network/neighbours.ts';
import type { Neighbour } from '../../../../src/kernel/node/machine.ts';
import { address, link, port, route } from '../../../support/doctor/node/interfaces.ts';

type Observed = Parameters<typeof judgeNeighbours>[0];

const podMac = '02:00:00:00:00:05';
const otherMac = '02:00:00:00:00:99';

function judge(neighbour: Neighbour, differing: Partial<Observed> = {}) {
  return judgeNeighbours({
    neighbours: [neighbour],
    forwarding: [],
    tables: [],
    interfaces: [
      link('cni0', { kind: 'bridge' }),
      port('veth0', 'cni0'),
      link('flannel.1', { kind: 'vxlan', tunnel: { local: undefined, remote: undefined, learning: false } }),
    ],
    podInterfaces: [
      { host: 'veth0', name: 'eth0', mtu: 1450, mac: podMac, addresses: [address('10.244.0.5')] },
    ],
    routes: [route('0.0.0.0/0', 'eth0', '192.168.50.1'), route('10.244.1.0/24', 'flannel.1', '10.244.1.0')],
    pods: [{ address: address('10.244.0.5'), service: 'default/web' }],
    ...differing,
  });
}

const entry = (text: string, device: string, state: string, mac?: string): Neighbour => ({
  address: address(text),
  device,
  state,
  mac,
});
const ofPod = (state: string, mac?: string) => entry('10.244.0.5', 'cni0', state, mac);
const ofNode = entry('10.244.1.0', 'flannel.1', 'PERMANENT', otherMac);
const known = { mac: otherMac, device: 'flannel.1', master: undefined, permanent: true };

describe('what is normal', () => {
  test.each([
    ['an entry that was not used for long', ofPod('STALE', podMac)],
    ['a pod that answered', ofPod('REACHABLE', podMac)],
    ["an address that is nobody's and does not answer", entry('10.244.0.77', 'cni0', 'FAILED')],
    [
      'an address of another network with the same number',
      entry('10.244.0.5', 'eth0', 'REACHABLE', otherMac),
    ],
  ])('%s', (_, neighbour) => {
    expect(judge(neighbour)).toMatchObject([{ severity: 'ok' }]);
  });
  test('an overlay that knows the node', () => {
    const remote = address('192.168.50.11');
    expect(judge(ofNode, { forwarding: [{ ...known, remote }] })).toMatchObject([{ severity: 'ok' }]);
    const toAll = { ...known, mac: '00:00:00:00:00:00', remote };
    expect(judge(ofNode, { forwarding: [toAll] })).toMatchObject([{ severity: 'ok' }]);
  });
  test('an overlay that learns', () => {
    const tunnel = { local: undefined, remote: undefined, learning: true };
    const interfaces = [link('flannel.1', { kind: 'vxlan', tunnel })];
    expect(judge(ofNode, { interfaces })).toMatchObject([{ severity: 'ok' }]);
  });
});

describe('what is wrong', () => {
  test.each([
    ['an endpoint that does not answer', ofPod('FAILED'), 'fault', 'an endpoint of default/web on this node'],
    [
      'a gateway that does not answer',
      entry('192.168.50.1', 'eth0', 'FAILED'),
      'fault',
      'the gateway 192.168.50.1 of 0.0.0.0/0 does not answer on eth0',
    ],
    ["a permanent entry that is not the pod's", ofPod('PERMANENT', otherMac), 'fault', 'and the entry stays'],
    [
      "an entry that is not the pod's, until the kernel asks",
      ofPod('STALE', otherMac),
      'warning',
      'until the kernel asks again',
    ],
    [
      'a node that the overlay has no entry of',
      ofNode,
      'fault',
      'packets to pods of 10.244.1.0/24 are dropped',
    ],
  ])('%s', (_, neighbour, severity, finding) => {
    expect(judge(neighbour)).toMatchObject([{ severity, finding: expect.stringContaining(finding) }]);
  });
});

describe('the table of neighbours', () => {
  test.each([
    ['has room', { entries: 100, refused: 0 }, 'ok'],
    ['is nearly full', { entries: 950, refused: 0 }, 'fault'],
    ['was full', { entries: 100, refused: 7 }, 'warning'],
  ] as const)('%s', (_, figures, severity) => {
    const tables = [{ family: 'IPv4', max: 1024, ...figures }] as const;
    expect(judge(ofPod('REACHABLE', podMac), { tables })).toMatchObject([{ severity }]);
  });
});
