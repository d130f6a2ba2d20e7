import { expect, test } from 'vitest';
import { type TestMachine, testMachine } from '../../support/cni/machine.ts';

const ipam = (fields: Readonly<Record<string, unknown>>) => ({ ipam: { type: 'host-local', ...fields } });
const small = ipam({ subnet: '10.244.0.0/29' });

/** Calls host-local, and says the addresses that it gave, or why it gave none. */
async function give(
  machine: TestMachine,
  containerId: string,
  configuration: Readonly<Record<string, unknown>> = small,
  environment: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { status, output } = await machine.call('ADD', {
    plugin: 'host-local',
    configuration,
    environment: { CNI_CONTAINERID: containerId, ...environment },
  });
  const { ips, code, msg } = { ips: [], code: 0, msg: '', ...output };
  if (status !== 0) return [code, msg];
  return ips.map(({ address }: { address: string }) => address);
}

const release = (machine: TestMachine, containerId: string) =>
  machine.call('DEL', {
    plugin: 'host-local',
    configuration: small,
    environment: { CNI_CONTAINERID: containerId },
  });

test('addresses are given around and around, so that each rests as long as possible', async () => {
  const machine = testMachine();
  expect(await give(machine, 'a')).toEqual(['10.244.0.2/29']);
  expect(await give(machine, 'b')).toEqual(['10.244.0.3/29']);
  await release(machine, 'a');
  expect(await give(machine, 'c')).toEqual(['10.244.0.4/29']);
  expect(await give(machine, 'd')).toEqual(['10.244.0.5/29']);
  expect(await give(machine, 'e')).toEqual(['10.244.0.6/29']);
  expect(await give(machine, 'f')).toEqual(['10.244.0.2/29']);
});

test('where none is left, that is said, and nothing of another family is kept', async () => {
  const machine = testMachine();
  const dual = ipam({ ranges: [[{ subnet: 'fd00::/64' }], [{ subnet: '10.244.0.0/30' }]] });
  expect(await give(machine, 'a', dual)).toEqual(['fd00::2/64', '10.244.0.2/30']);
  expect(await give(machine, 'b', dual)).toEqual([101, 'no address is left in 10.244.0.1-10.244.0.2']);
  expect(machine.reservations.addresses).toEqual(['10.244.0.2', 'fd00::2']);
  expect(await machine.call('STATUS', { configuration: dual })).toMatchObject({
    status: 1,
    output: { code: 50 },
  });
});

test.for<readonly [string, Readonly<Record<string, unknown>>, readonly string[]]>([
  [
    'a range',
    { subnet: '10.244.0.0/24', rangeStart: '10.244.0.10', rangeEnd: '10.244.0.20' },
    ['10.244.0.10/24'],
  ],
  [
    'the gateway is skipped',
    { subnet: '10.244.0.0/24', gateway: '10.244.0.2', rangeStart: '10.244.0.2' },
    ['10.244.0.3/24'],
  ],
  ['IPv6', { subnet: 'fd00:10:244::/64' }, ['fd00:10:244::2/64']],
  [
    'two families',
    { ranges: [[{ subnet: '10.244.0.0/24' }], [{ subnet: 'fd00::/64' }]] },
    ['10.244.0.2/24', 'fd00::2/64'],
  ],
  [
    'old and new fields',
    { subnet: '10.244.0.0/24', ranges: [[{ subnet: '10.245.0.0/24' }]] },
    ['10.244.0.2/24', '10.245.0.2/24'],
  ],
])('%s', async ([, fields, addresses]) => {
  expect(await give(testMachine(), 'a', ipam(fields))).toEqual(addresses);
});

test('when a range of a set is full, the next one serves', async () => {
  const machine = testMachine();
  const set = ipam({ ranges: [[{ subnet: '10.244.0.0/30' }, { subnet: '10.245.0.0/30' }]] });
  expect(await give(machine, 'a', set)).toEqual(['10.244.0.2/30']);
  expect(await give(machine, 'b', set)).toEqual(['10.245.0.2/30']);
  await release(machine, 'a');
  expect(await give(machine, 'c', set)).toEqual(['10.244.0.2/30']);
});

const requests = [
  ['the capability', { runtimeConfig: { ips: ['10.244.0.5/29'] } }, {}],
  ['args', { args: { cni: { ips: ['10.244.0.5'] } } }, {}],
  ['CNI_ARGS', {}, { CNI_ARGS: 'IgnoreUnknown=1;IP=10.244.0.5;K8S_POD_NAME=a' }],
  ['args before CNI_ARGS', { args: { cni: { ips: ['10.244.0.5'] } } }, { CNI_ARGS: 'IP=10.244.0.6' }],
] as const;

test.for(requests)('an address can be asked for by %s', async ([, configuration, environment]) => {
  expect(await give(testMachine(), 'a', { ...small, ...configuration }, environment)).toEqual([
    '10.244.0.5/29',
  ]);
});

test.for([
  ['another has it', '10.244.0.2', 'the requested 10.244.0.2 is reserved for the container a'],
  ['it is the gateway', '10.244.0.1', 'the requested 10.244.0.1 is the gateway of 10.244.0.0/29'],
  ['it is no address of the network', '10.0.0.1', 'the requested 10.0.0.1 is not in 10.244.0.1-10.244.0.6'],
] as const)('a requested address is refused where %s', async ([, address, message]) => {
  const machine = testMachine();
  await give(machine, 'a');
  expect(await give(machine, 'b', { ...small, runtimeConfig: { ips: [address] } })).toEqual([102, message]);
  expect(machine.reservations.addresses).toEqual(['10.244.0.2']);
});

test('the capability ipRanges goes before the ranges', async () => {
  const ipRanges = [[{ subnet: '10.250.0.0/24' }]];
  expect(await give(testMachine(), 'a', { ...small, runtimeConfig: { ipRanges } })).toEqual([
    '10.250.0.2/24',
    '10.244.0.2/29',
  ]);
});

test('two interfaces of a container have addresses of their own', async () => {
  const machine = testMachine();
  expect(await give(machine, 'a')).toEqual(['10.244.0.2/29']);
  expect(await give(machine, 'a', small, { CNI_IFNAME: 'eth1' })).toEqual(['10.244.0.3/29']);
  await release(machine, 'a');
  expect(machine.reservations.addresses).toEqual(['10.244.0.3']);
});

test('GC takes back what no valid attachment has', async () => {
  const machine = testMachine();
  for (const container of ['a', 'b', 'c']) await give(machine, container);
  const valid = [
    { containerID: 'b', ifname: 'eth0' },
    { containerID: 'c', ifname: 'eth1' },
  ];
  const { status } = await machine.call('GC', {
    configuration: { ...small, 'cni.dev/valid-attachments': valid },
  });
  expect(status).toBe(0);
  expect(machine.reservations.addresses).toEqual(['10.244.0.3']);
});

test('GC takes back all where nothing is valid: null, as Go writes an empty list', async () => {
  const machine = testMachine();
  await give(machine, 'a');
  // Nobody says what is valid: what cannot be known takes nothing away.
  expect(await machine.call('GC', { configuration: small })).toEqual({ status: 0, output: undefined });
  expect(machine.reservations.addresses).toEqual(['10.244.0.2']);
  await machine.call('GC', { configuration: { ...small, 'cni.dev/valid-attachments': null } });
  expect(machine.reservations.addresses).toEqual([]);
});

test('CHECK knows whether an address is reserved', async () => {
  const machine = testMachine();
  const check = () =>
    machine.call('CHECK', {
      plugin: 'host-local',
      configuration: small,
      environment: { CNI_CONTAINERID: 'a' },
    });
  expect(await check()).toMatchObject({ status: 1, output: { code: 104 } });
  await give(machine, 'a');
  expect(await check()).toEqual({ status: 0, output: undefined });
});
