import { describe, expect, test } from 'vitest';
import { container, type TestMachine, testMachine } from '../../support/cni/machine.ts';

const settings = { configuration: { ipam: { type: 'host-local', subnet: '10.244.0.0/29' } } };

/** Containers that take all five addresses: one each, the last in the namespace `pod`. */
async function fill(machine: TestMachine): Promise<void> {
  for (const name of ['a', 'b', 'c', 'd']) {
    machine.node.addNamespace(`/run/netns/${name}`);
    expect(await add(machine, name, `/run/netns/${name}`)).toMatchObject({ status: 0 });
  }
  expect(await add(machine, 'pod-1', container)).toMatchObject({ status: 0 });
}

function add(machine: TestMachine, CNI_CONTAINERID: string, CNI_NETNS: string) {
  return machine.call('ADD', { ...settings, environment: { CNI_CONTAINERID, CNI_NETNS } });
}

describe('where no address is left', () => {
  test('those of containers whose namespace and interface are gone are found', async () => {
    const machine = testMachine();
    await fill(machine);
    expect(await machine.call('STATUS', settings)).toMatchObject({ status: 1, output: { code: 50 } });
    for (const name of ['b', 'd']) machine.node.removeNamespace(`/run/netns/${name}`);
    expect(await machine.call('STATUS', settings)).toEqual({ status: 0, output: undefined });
    expect(await add(machine, 'new', '/run/netns/other')).toMatchObject({
      status: 0,
      output: { ips: [{ address: '10.244.0.3/29' }] },
    });
    expect(machine.reservations.addresses).toEqual(['10.244.0.2', '10.244.0.3', '10.244.0.4', '10.244.0.6']);
  });

  test('those that have an interface stay, though their namespace has lost its name', async () => {
    const machine = testMachine();
    await fill(machine);
    const { namespaceAt } = machine.node.network();
    const network = machine.node.network.bind(machine.node);
    machine.node.network = () => ({
      ...network(),
      namespaceAt: (path) => (path === '/run/netns/b' ? 'none' : namespaceAt(path)),
    });
    expect(await add(machine, 'new', '/run/netns/other')).toMatchObject({ status: 1, output: { code: 101 } });
  });

  test('those that another plugin reserved stay', async () => {
    const machine = testMachine();
    const host = { ...settings, plugin: 'host-local' };
    for (const CNI_CONTAINERID of ['a', 'b', 'c', 'd', 'e'])
      await machine.call('ADD', { ...host, environment: { CNI_CONTAINERID, CNI_NETNS: '/run/netns/gone' } });
    expect(await add(machine, 'new', '/run/netns/other')).toMatchObject({ status: 1, output: { code: 101 } });
    expect(machine.reservations.addresses).toHaveLength(5);
  });
});
