import { type Answer, runPlugin } from '../../../src/cni/run-plugin.ts';
import { FakeNode } from './fake-node.ts';
import { FakeReservations } from './fake-reservations.ts';

/** A machine that is played, and a plugin to be called on it. */
export interface TestMachine {
  readonly node: FakeNode;
  readonly reservations: FakeReservations;
  call(operation: string, options?: CallOptions): Promise<Answer>;
  /** What happens before each operation on the machine. */
  beforeEach: () => void;
}

export interface CallOptions {
  /** Name of the executable. */
  readonly plugin?: string;
  /** Joined with `networkConfiguration`; `undefined` takes a field away. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Standard input, in place of the configuration. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export const networkConfiguration = {
  cniVersion: '1.1.0',
  name: 'podnet',
  type: 'portolan',
  ipam: { type: 'host-local', subnet: '10.244.0.0/24' },
} as const;

export const container = '/run/netns/pod';

export function testMachine(): TestMachine {
  const beforeEach = () => machine.beforeEach();
  const node = new FakeNode(beforeEach, [container, '/run/netns/other']);
  const reservations = new FakeReservations(beforeEach);
  const machine: TestMachine = {
    node,
    reservations,
    beforeEach: () => {},
    call: (operation, { plugin = 'portolan', configuration = {}, input, environment = {} } = {}) =>
      runPlugin(
        {
          name: plugin,
          input: input ?? JSON.stringify({ ...networkConfiguration, ...configuration }),
          environment: {
            CNI_COMMAND: operation,
            CNI_CONTAINERID: 'pod-1',
            CNI_NETNS: container,
            CNI_IFNAME: 'eth0',
            CNI_PATH: '/opt/cni/bin',
            ...environment,
          },
        },
        async () => ({
          node: node.network(),
          withReservations: reservations.withReservations,
          [Symbol.dispose]: () => {},
        }),
      ),
  };
  return machine;
}
