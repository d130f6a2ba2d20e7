import { describe, expect, test } from 'vitest';
import { type CallOptions, testMachine } from '../../support/cni/machine.ts';

const everything = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

describe('VERSION', () => {
  test.for([
    ['says the version that it was asked in', '{"cniVersion":"0.4.0"}', '0.4.0'],
    ['also one that it does not support', '{"cniVersion":"2.0.0"}', '2.0.0'],
    ['says its newest where nothing was said', '', '1.1.0'],
  ] as const)('%s', async ([, input, cniVersion]) => {
    const answer = await testMachine().call('VERSION', { input });
    expect(answer).toEqual({ status: 0, output: { cniVersion, supportedVersions: everything } });
  });
});

interface Refusal extends CallOptions {
  readonly operation?: string;
  readonly code: number;
  readonly msg: string;
}

const variable = (name: string, value: string) => ({ environment: { [name]: value } });
const field = (configuration: Readonly<Record<string, unknown>>) => ({ configuration });
const ipam = (fields: Readonly<Record<string, unknown>>) =>
  field({ ipam: { type: 'host-local', ...fields } });

test.for<readonly [string, Refusal]>([
  ['no operation', { ...variable('CNI_COMMAND', ''), code: 4, msg: 'CNI_COMMAND is missing' }],
  [
    'another operation',
    { ...variable('CNI_COMMAND', 'MOVE'), code: 4, msg: 'CNI_COMMAND must be one of ADD, DEL' },
  ],
  ['no container', { ...variable('CNI_CONTAINERID', ''), code: 4, msg: 'CNI_CONTAINERID is missing' }],
  [
    'a container with a path',
    { ...variable('CNI_CONTAINERID', '../a'), code: 4, msg: 'CNI_CONTAINERID must begin' },
  ],
  ['no interface', { ...variable('CNI_IFNAME', ''), code: 4, msg: 'CNI_IFNAME is missing' }],
  [
    'an interface that Linux has no name for',
    { ...variable('CNI_IFNAME', 'a/b'), code: 4, msg: 'CNI_IFNAME must be' },
  ],
  ['too long a name', { ...variable('CNI_IFNAME', 'abcdefghijklmnop'), code: 4, msg: 'CNI_IFNAME must be' }],
  ['no namespace', { ...variable('CNI_NETNS', ''), code: 4, msg: 'CNI_NETNS is missing' }],
  [
    'a namespace by its name',
    { ...variable('CNI_NETNS', 'blue'), code: 4, msg: 'CNI_NETNS must be the path' },
  ],
  [
    "the node's namespace",
    { ...variable('CNI_NETNS', '/proc/self/ns/net'), code: 4, msg: 'CNI_NETNS must not be' },
  ],
  [
    'a namespace that is not there',
    { ...variable('CNI_NETNS', '/run/netns/gone'), code: 3, msg: 'CNI_NETNS' },
  ],
  ['no JSON', { input: '{', code: 6, msg: 'no JSON' }],
  ['a list', { input: '[]', code: 6, msg: 'no JSON object' }],
  ['a version that is none', { ...field({ cniVersion: 'new' }), code: 6, msg: 'cniVersion' }],
  ['a version of the future', { ...field({ cniVersion: '2.0.0' }), code: 1, msg: 'cniVersion "2.0.0"' }],
  ['no version', { ...field({ cniVersion: undefined }), code: 1, msg: 'cniVersion "0.1.0"' }],
  [
    'CHECK before 0.4.0',
    { operation: 'CHECK', ...field({ cniVersion: '0.3.1' }), code: 1, msg: 'no CHECK in' },
  ],
  ['GC before 1.1.0', { operation: 'GC', ...field({ cniVersion: '1.0.0' }), code: 1, msg: 'no GC in' }],
  [
    'STATUS before 1.1.0',
    { operation: 'STATUS', ...field({ cniVersion: '1.0.0' }), code: 1, msg: 'no STATUS in' },
  ],
  ['no name of the network', { ...field({ name: undefined }), code: 7, msg: 'name is missing' }],
  ['a network with a path', { ...field({ name: '../x' }), code: 7, msg: 'name must begin' }],
  [
    'an unknown field',
    {
      ...field({ bridgge: 'cni0' }),
      code: 2,
      msg: 'bridgge is no field that this plugin knows: did you mean bridge?; its value is "cni0"',
    },
  ],
  [
    'a field of the reference plugin that is not served',
    { ...field({ ipMasq: true }), code: 2, msg: 'ipMasq is not supported' },
  ],
  [
    'a field of another kind',
    { ...field({ hairpinMode: 'yes' }), code: 7, msg: 'hairpinMode must be true or false; it is "yes"' },
  ],
  ['an MTU that no link has', { ...field({ mtu: 10 }), code: 7, msg: 'mtu must be 68 at least' }],
  ['an MTU twice', { ...field({ mtu: 1400, uplink: 'eth0' }), code: 7, msg: 'uplink must not be given' }],
  ['an uplink that is not there', { ...field({ uplink: 'eth7' }), code: 100, msg: 'uplink "eth7"' }],
  ['no subnet', { ...ipam({}), code: 7, msg: 'ipam.ranges must hold a range' }],
  [
    'a subnet with host bits',
    { ...ipam({ subnet: '10.244.0.1/24' }), code: 7, msg: 'ipam.subnet must be a network' },
  ],
  [
    'a subnet without addresses',
    { ...ipam({ subnet: '10.244.0.0/31' }), code: 7, msg: 'ipam.subnet must have two' },
  ],
  [
    'a start outside',
    {
      ...ipam({ subnet: '10.244.0.0/24', rangeStart: '10.1.0.1' }),
      code: 7,
      msg: 'ipam.rangeStart must be an address of',
    },
  ],
  [
    'an end before the start',
    {
      ...ipam({ subnet: '10.244.0.0/24', rangeStart: '10.244.0.9', rangeEnd: '10.244.0.8' }),
      code: 7,
      msg: 'ipam.rangeEnd must not come before',
    },
  ],
  [
    'a gateway of the other family',
    {
      ...ipam({ subnet: '10.244.0.0/24', gateway: 'fd00::1' }),
      code: 7,
      msg: 'ipam.gateway must be an IPv4',
    },
  ],
  [
    'ranges that overlap',
    {
      ...ipam({ ranges: [[{ subnet: '10.0.0.0/8' }], [{ subnet: '10.244.0.0/24' }]] }),
      code: 7,
      msg: 'ipam.ranges must not overlap',
    },
  ],
  [
    'ranges of two families in one',
    {
      ...ipam({ ranges: [[{ subnet: '10.0.0.0/8' }, { subnet: 'fd00::/64' }]] }),
      code: 7,
      msg: 'ipam.ranges must hold ranges of one family',
    },
  ],
  [
    'an unknown field of a range',
    {
      ...ipam({ ranges: [[{ subnet: '10.0.0.0/8', gatway: '10.0.0.1' }]] }),
      code: 2,
      msg: 'ipam.ranges[0][0].gatway',
    },
  ],
  [
    'a route to nowhere',
    {
      ...ipam({ subnet: '10.244.0.0/24', routes: [{ gw: '10.244.0.1' }] }),
      code: 7,
      msg: 'ipam.routes[0].dst must be',
    },
  ],
  [
    'ipam without a type',
    { ...field({ ipam: { subnet: '10.244.0.0/24' } }), code: 7, msg: 'ipam.type must be given' },
  ],
  [
    'an IPAM plugin by a path',
    { ...field({ ipam: { type: '../x' } }), code: 7, msg: 'ipam.type must be the name' },
  ],
  [
    'an IPAM plugin that is not there',
    { ...field({ ipam: { type: 'dhcp7' } }), code: 106, msg: 'there is no IPAM plugin dhcp7' },
  ],
  [
    'a MAC address that is none',
    { ...field({ runtimeConfig: { mac: 'x' } }), code: 7, msg: 'runtimeConfig.mac must be' },
  ],
  [
    'an address that is none',
    { ...field({ runtimeConfig: { ips: ['x'] } }), code: 7, msg: 'runtimeConfig.ips[0] must be' },
  ],
  ['a result before that is none', { ...field({ prevResult: [] }), code: 7, msg: 'prevResult must be' }],
  [
    'an address before that is none',
    { ...field({ prevResult: { ips: [{ address: 'x' }] } }), code: 7, msg: 'prevResult.ips[0].address' },
  ],
  ['CHECK without the result', { operation: 'CHECK', code: 7, msg: 'prevResult is missing' }],
  [
    'GC without a list',
    {
      operation: 'GC',
      ...field({ 'cni.dev/valid-attachments': {} }),
      code: 7,
      msg: 'cni.dev/valid-attachments must be a list',
    },
  ],
  [
    'GC with half a list',
    {
      operation: 'GC',
      ...field({ 'cni.dev/valid-attachments': [{}] }),
      code: 7,
      msg: 'cni.dev/valid-attachments[0]',
    },
  ],
])('%s is refused by code and name', async ([, { operation = 'ADD', code, msg, ...options }]) => {
  const machine = testMachine();
  const { status, output } = await machine.call(operation, options);
  expect(status).toBe(1);
  expect(output).toMatchObject({ cniVersion: expect.any(String), code, msg: expect.stringContaining(msg) });
  expect(machine.reservations.addresses).toEqual([]);
});

test('each field at fault is in the details', async () => {
  const { output } = await testMachine().call('ADD', { configuration: { bridge: 7, mtu: -1, unknown: 1 } });
  expect(output).toMatchObject({
    code: 7,
    details: expect.stringMatching(/^bridge .*\nmtu .*\nunknown .*$/),
  });
});

test.for([
  ['DEL', { hairpinMode: 'yes', unknown: true }],
  ['DEL', { ipam: { type: 'host-local' } }],
  ['GC', { mtu: 'large', 'cni.dev/valid-attachments': [] }],
] as const)('%s lets go whatever else the configuration says: %j', async ([operation, configuration]) => {
  const machine = testMachine();
  await machine.call('ADD');
  expect(machine.reservations.addresses).toEqual(['10.244.0.2']);
  expect(await machine.call(operation, { configuration })).toEqual({ status: 0, output: undefined });
  expect(machine.reservations.addresses).toEqual([]);
});

test.for(everything)('the answer of ADD has the form of version %s', async (cniVersion) => {
  const isOld = cniVersion < '1.0.0';
  const { output } = await testMachine().call('ADD', { configuration: { cniVersion, mtu: 1400 } });
  const mtu = cniVersion === '1.1.0' ? { mtu: 1400 } : {};
  expect(output).toEqual({
    cniVersion,
    interfaces: [
      { name: 'cni0', mac: '0a:58:0a:f4:00:01', ...mtu },
      {
        name: expect.stringMatching(/^veth[0-9a-f]{11}$/),
        mac: expect.stringMatching(/^0a(:[0-9a-f]{2}){5}$/),
        ...mtu,
      },
      { name: 'eth0', mac: '0a:58:0a:f4:00:02', sandbox: '/run/netns/pod', ...mtu },
    ],
    ips: [
      { ...(isOld ? { version: '4' } : {}), interface: 2, address: '10.244.0.2/24', gateway: '10.244.0.1' },
    ],
    routes: [{ dst: '0.0.0.0/0', gw: '10.244.0.1' }],
  });
});

test('in a chain, what was there before stays', async () => {
  const prevResult = {
    cniVersion: '1.1.0',
    interfaces: [{ name: 'lan0', sandbox: '/run/netns/pod', pciID: '0000:00:1f.6' }],
    ips: [{ address: '192.0.2.5/24', interface: 0 }],
    routes: [{ dst: '198.51.100.0/24', gw: '192.0.2.1', mtu: 1400, table: 100 }],
    dns: { nameservers: ['192.0.2.53'] },
  };
  const { output } = await testMachine().call('ADD', { configuration: { prevResult } });
  expect(output).toMatchObject({
    interfaces: [prevResult.interfaces[0], { name: 'cni0' }, {}, { name: 'eth0' }],
    ips: [
      { address: '192.0.2.5/24', interface: 0 },
      { address: '10.244.0.2/24', interface: 3 },
    ],
    routes: [prevResult.routes[0], { dst: '0.0.0.0/0' }],
    dns: prevResult.dns,
  });
});
