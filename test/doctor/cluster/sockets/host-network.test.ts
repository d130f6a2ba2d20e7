import { expect, test } from 'vitest';
import { judgeHostNetwork, nodeEndpoints } from '../../../../src/doctor/cluster/sockets/host-network.ts';
import type { ListeningSocket } from '../../../../src/kernel/live-view.ts';
import { plansFor } from '../../../support/doctor/cluster/plans.ts';
import { address, endpoint, service, slice } from '../../../support/records.ts';

const node = address('192.168.50.10');
const plans = plansFor(service(), [slice([endpoint('192.168.50.10'), endpoint('10.244.0.5')])]);
const endpoints = nodeEndpoints(plans, [address('127.0.0.1'), node]);

function listener(overrides: Partial<ListeningSocket> = {}): ListeningSocket {
  return { protocol: 'TCP', family: 'IPv4', address: node, port: 8080, process: undefined, ...overrides };
}

test('endpoints with an address of the node are found', () => {
  expect(endpoints).toMatchObject([{ address: '192.168.50.10', port: 8080, service: 'default/web:http' }]);
});

test('nothing is said where there are none', () => {
  expect(judgeHostNetwork({ endpoints: [], listeners: [] })).toStrictEqual([]);
});

test.each([
  ['its address', listener()],
  ['all addresses', listener({ address: address('0.0.0.0') })],
  ['all addresses of both families', listener({ family: 'IPv6', address: address('::') })],
])('a process that listens on %s serves it', (_, socket) => {
  expect(judgeHostNetwork({ endpoints, listeners: [socket] })).toMatchObject([{ severity: 'ok' }]);
});

test.each([
  ['another protocol', listener({ protocol: 'UDP' })],
  ['another port', listener({ port: 9090 })],
  ['the loopback interface only', listener({ address: address('127.0.0.1') })],
])('a process that listens on %s does not', (_, socket) => {
  expect(judgeHostNetwork({ endpoints, listeners: [socket] })).toMatchObject([
    { severity: 'fault', finding: expect.stringContaining('no process here listens on TCP port 8080') },
  ]);
});
