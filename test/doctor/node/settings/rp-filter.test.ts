import { describe, expect, test } from 'vitest';
import type { ReturnRoute } from '../../../../src/doctor/node/network/return-routes.ts';
import { judgeRpFilter } from '../../../../src/doctor/node/settings/rp-filter.ts';
import { address, network } from '../../../support/doctor/node/interfaces.ts';

const setting = (name: string, value: number) => ({ path: `net/ipv4/conf/${name}/rp_filter`, value });

const back: ReturnRoute = {
  input: 'eth1',
  asked: address('192.168.51.10'),
  network: network('192.168.51.0/24'),
  ofNode: true,
  client: address('1.1.1.1'),
  from: 'node',
  output: 'eth0',
};

function judge(routes: readonly ReturnRoute[], all = 0) {
  return judgeRpFilter({
    all: setting('all', all),
    interfaces: [
      { name: 'eth0', own: setting('eth0', 1) },
      { name: 'eth1', own: setting('eth1', 1) },
    ],
    routes,
    drops: 3,
  });
}

describe('no packet of a client is dropped', () => {
  test('the return route is the way in', () => {
    expect(judge([{ ...back, output: 'eth1' }])).toMatchObject([
      { severity: 'ok', finding: 'strict on eth0, eth1, where the way back is the same' },
    ]);
  });
  test('nobody comes from beyond', () => {
    expect(judge([])).toMatchObject([{ severity: 'ok' }]);
  });
  test('there is no return route, which is for the routes to say', () => {
    expect(judge([{ ...back, output: undefined }])).toMatchObject([{ severity: 'ok' }]);
  });
  test('loose counts more than strict, since the greater number counts', () => {
    expect(judge([], 2)).toMatchObject([{ severity: 'ok', finding: 'strict on no interface' }]);
  });
});

describe('packets are dropped', () => {
  test("a fault where the address is the node's own", () => {
    expect(judge([back])).toMatchObject([
      {
        severity: 'fault',
        looked:
          'net.ipv4.conf.all.rp_filter = 0, net.ipv4.conf.eth1.rp_filter = 1, ip route get 1.1.1.1 from 192.168.51.10: by eth0; 3 packets dropped since boot (IPReversePathFilter)',
        next: expect.stringContaining('sysctl -w net.ipv4.conf.eth1.rp_filter=2'),
      },
    ]);
  });
  test('a warning where it is another one that a gateway is next to', () => {
    expect(judge([{ ...back, ofNode: false }])).toMatchObject([{ severity: 'warning' }]);
  });
  test('one finding for each interface', () => {
    expect(judge([back, { ...back, from: address('10.244.0.5') }])).toHaveLength(1);
  });
  test('of node ports alone, where a routing rule knows the return route of the node itself', () => {
    const pod = { ...back, from: address('10.244.0.5') };
    expect(judge([{ ...back, output: 'eth1' }, pod])[0]?.finding).toBe(
      'the reverse path filter drops what clients beyond 192.168.51.0/24 send to 192.168.51.10 (node ports): it comes in by eth1, but the way back from pod 10.244.0.5 leaves by eth0',
    );
  });
});
