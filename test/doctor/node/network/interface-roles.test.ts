import { expect, test } from 'vitest';
import { interfaceRoles } from '../../../../src/doctor/node/network/interface-roles.ts';
import { overlap } from '../../../../src/net/networks.ts';
import { address, link, network, port } from '../../../support/doctor/node/interfaces.ts';

const interfaces = [
  link('lo', { loopback: true, addresses: ['127.0.0.1/8'] }),
  link('eth0', { addresses: ['192.168.50.10/24'] }),
  link('eth1', { addresses: ['192.168.51.10/24'] }),
  link('cni0', { kind: 'bridge', addresses: ['10.244.0.1/24'] }),
  port('veth0', 'cni0'),
  link('docker0', { kind: 'bridge', addresses: ['172.17.0.1/16'] }),
  port('veth1', 'docker0'),
  link('cali1', { kind: 'veth' }),
  link('eth2', { kind: 'veth', addresses: ['192.168.52.10/24'] }),
  link('cali2', { kind: 'veth', up: false }),
  link('tunl0', { kind: 'ipip', tunnel: { local: undefined, remote: undefined, learning: false } }),
];
const hints = {
  nodeAddresses: [address('192.168.50.10')],
  defaultDevices: ['eth1'],
  isPodNetwork: (cidr: ReturnType<typeof network>) => overlap(cidr, network('10.244.0.0/16')),
};

test('interfaces are told by addresses, kinds and masters', () => {
  const roles = interfaceRoles(interfaces, hints);
  expect({
    uplinks: roles.uplinks.map(({ name }) => name),
    bridges: roles.bridges.map(({ bridge, ports }) => [bridge.name, ...ports.map(({ name }) => name)]),
    routedPods: roles.routedPods.map(({ name }) => name),
    tunnels: roles.tunnels.map(({ name }) => name),
  }).toEqual({ uplinks: ['eth0'], bridges: [['cni0', 'veth0']], routedPods: ['cali1'], tunnels: ['tunl0'] });
});

test("where the node's address is not here, the uplinks are those of default routes", () => {
  const roles = interfaceRoles(interfaces, { ...hints, nodeAddresses: [address('192.0.2.1')] });
  expect(roles.uplinks.map(({ name }) => name)).toEqual(['eth1']);
});

test('an uplink may be a veth device, as where the node is a container, and is no pod then', () => {
  const inContainer = [link('eth0', { kind: 'veth', addresses: ['192.168.50.10/24'] })];
  const roles = interfaceRoles(inContainer, hints);
  expect([roles.uplinks.length, roles.routedPods.length]).toEqual([1, 0]);
});
