import { describe, expect, test } from 'vitest';
import { KernelError } from '../../src/kernel/netlink/route/kernel-error.ts';
import { container, type TestMachine, testMachine } from '../support/cni/machine.ts';

/** Throws at one operation, and after that at each, where the process is dead then. */
function failAt(machine: TestMachine, which: number, isDead: boolean): () => number {
  let operations = 0;
  machine.beforeEach = () => {
    operations += 1;
    if (operations === which || (isDead && operations > which))
      throw new KernelError('do this', 'ENOMEM', 'Cannot allocate memory (ENOMEM)');
  };
  return () => operations;
}

const dual = {
  ipam: { type: 'host-local', ranges: [[{ subnet: '10.244.0.0/24' }], [{ subnet: 'fd00::/64' }]] },
};

/** How many operations on the machine a call takes, on one where `ADD` was called before or not. */
async function operationsOf(operation: string, isAdded: boolean): Promise<number> {
  const machine = testMachine();
  if (isAdded) await machine.call('ADD', { configuration: dual });
  const count = failAt(machine, 0, false);
  const { status } = await machine.call(operation, { configuration: dual });
  expect(status).toBe(0);
  return count();
}

function left({ node, reservations }: TestMachine) {
  return {
    node: node.namespace().links.filter(({ kind }) => kind === 'veth'),
    container: node.namespace(container).links,
    routes: node.namespace(container).routes,
    addresses: reservations.addresses,
  };
}

const nothing = { node: [], container: [], routes: [], addresses: [] };
const addOperations = await operationsOf('ADD', false);
const deleteOperations = await operationsOf('DEL', true);
const steps = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('ADD, of which an operation fails', () => {
  test.for(steps(addOperations))('leaves nothing: operation %i', async (which) => {
    const machine = testMachine();
    failAt(machine, which, false);
    const { status, output } = await machine.call('ADD', { configuration: dual });
    expect({ status, output }).toMatchObject({ status: 1, output: { code: 100 } });
    expect(left(machine)).toEqual(nothing);
  });
});

describe('ADD, killed before an operation', () => {
  test.for(steps(addOperations))('can be repeated: operation %i', async (which) => {
    const machine = testMachine();
    failAt(machine, which, true);
    await machine.call('ADD', { configuration: dual });
    machine.beforeEach = () => {};
    const { status, output } = await machine.call('ADD', { configuration: dual });
    expect({ status, output }).toMatchObject({ status: 0, output: { ips: [{}, {}] } });
    expect(left(machine)).toMatchObject({
      node: [{ alias: 'cni podnet pod-1 eth0' }],
      container: [{ name: 'eth0', isUp: true }],
      routes: [{}, {}],
    });
    expect(machine.reservations.addresses).toHaveLength(2);
  });

  test.for(steps(addOperations))('leaves nothing after DEL: operation %i', async (which) => {
    const machine = testMachine();
    failAt(machine, which, true);
    await machine.call('ADD', { configuration: dual });
    machine.beforeEach = () => {};
    expect(await machine.call('DEL', { configuration: dual })).toEqual({ status: 0, output: undefined });
    expect(left(machine)).toEqual(nothing);
  });

  test.for(steps(addOperations))(
    'leaves nothing after DEL without its namespace: operation %i',
    async (which) => {
      const machine = testMachine();
      failAt(machine, which, true);
      await machine.call('ADD', { configuration: dual });
      machine.beforeEach = () => {};
      machine.node.removeNamespace(container);
      expect(await machine.call('DEL', { configuration: dual })).toEqual({ status: 0, output: undefined });
      machine.node.addNamespace(container);
      expect(left(machine)).toEqual(nothing);
    },
  );
});

test.for(steps(deleteOperations))('DEL, killed before operation %i, is done by the next', async (which) => {
  const machine = testMachine();
  await machine.call('ADD', { configuration: dual });
  failAt(machine, which, true);
  await machine.call('DEL', { configuration: dual });
  machine.beforeEach = () => {};
  expect(await machine.call('DEL', { configuration: dual })).toEqual({ status: 0, output: undefined });
  expect(left(machine)).toEqual(nothing);
});
