import { describe, expect, test } from 'vitest';
import {
  judgeNodePorts,
  type NodePortsObserved,
  nodePortUses,
} from '../../../../src/doctor/cluster/sockets/node-port-conflicts.ts';
import {
  parseNodePortRange,
  usualNodePortRange,
} from '../../../../src/doctor/cluster/sockets/node-port-range.ts';
import type { ListeningSocket } from '../../../../src/kernel/live-view.ts';
import { plansFor } from '../../../support/doctor/cluster/plans.ts';
import { address, service, servicePort } from '../../../support/records.ts';

const use = { service: 'default/web:http', protocol: 'TCP', port: 30080 } as const;
const ordinary: NodePortsObserved = {
  uses: [use],
  range: usualNodePortRange,
  listeners: [],
  localPorts: { from: 32768, to: 60999, reserved: [] },
};
const nginx: ListeningSocket = {
  protocol: 'TCP',
  family: 'IPv4',
  address: address('0.0.0.0'),
  port: 30080,
  process: { pid: 123, name: 'nginx' },
};

function judge(observed: Partial<NodePortsObserved>) {
  return judgeNodePorts({ ...ordinary, ...observed });
}

describe('node ports', () => {
  test('in the range, and nobody else has them', () => {
    expect(judge({})).toMatchObject([{ severity: 'ok' }]);
  });

  test('nothing is said where there are none', () => {
    expect(judge({ uses: [] })).toStrictEqual([]);
  });

  test('outside the range', () => {
    expect(judge({ uses: [{ ...use, port: 8080 }] })).toMatchObject([
      { severity: 'warning', finding: expect.stringContaining('8080/TCP of default/web:http is outside') },
    ]);
  });

  test('taken by a process, which is named', () => {
    expect(judge({ listeners: [nginx] })).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('is taken by nginx (pid 123)') },
    ]);
  });

  test('taken by a process that cannot be seen', () => {
    expect(judge({ listeners: [{ ...nginx, process: undefined }] })).toMatchObject([
      { severity: 'fault', finding: expect.stringContaining('a process that cannot be seen from here') },
    ]);
  });

  test('a socket of another protocol, or of the loopback interface, takes nothing', () => {
    const others = [
      { ...nginx, protocol: 'UDP' },
      { ...nginx, address: address('127.0.0.1') },
    ] as const;
    expect(judge({ listeners: others })).toMatchObject([{ severity: 'ok' }]);
  });

  test('among those that the kernel gives to any client of the node', () => {
    expect(judge({ localPorts: { from: 15000, to: 64000, reserved: [] } })).toMatchObject([
      {
        severity: 'warning',
        looked: expect.stringContaining('net.ipv4.ip_local_port_range = 15000 64000'),
        next: expect.stringContaining('net.ipv4.ip_local_reserved_ports=30080'),
      },
    ]);
  });

  test('reserved ports are given to nobody', () => {
    const reserved = [{ from: 30000, to: 32767 }];
    expect(judge({ localPorts: { from: 15000, to: 64000, reserved } })).toMatchObject([{ severity: 'ok' }]);
  });

  test('both families of a Service have the same node port, which counts once', () => {
    const dual = service({
      clusterIPs: [address('10.96.0.10'), address('fd00:96::10')],
      ports: [servicePort({ nodePort: 30080 })],
    });
    expect(nodePortUses(plansFor(dual, []))).toStrictEqual([use]);
  });
});

describe('the range of node ports', () => {
  test.each([
    ['30000-32767', { from: 30000, to: 32767 }],
    ['80-80', { from: 80, to: 80 }],
    ['32767-30000', undefined],
    ['0-10', undefined],
    ['1-65536', undefined],
    ['30000', undefined],
  ])('%s', (text, range) => {
    expect(parseNodePortRange(text)).toStrictEqual(range);
  });
});
