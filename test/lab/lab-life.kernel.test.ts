import { beforeEach, describe, expect, test } from 'vitest';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { endings } from '../support/lab-command/endings.ts';
import { labMachineUnavailable, startLabMachine } from '../support/lab-command/lab-machine.ts';
import { until } from '../support/until.ts';

const unavailable = labUnavailable() ?? (await labMachineUnavailable());

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

/** Two labs have so many: the switch, the client, the load balancer, a node, its pod and that of DNS. */
const networks = 12;
const UP = 'portolan lab up --nodes 1 --pods 1';

describe('of a lab that ends nothing is left', () => {
  test.each(endings)('%s', async (_, script) => {
    await using machine = startLabMachine({ networks });
    const before = new Set(await machine.traces());
    for (let round = 0; round < 2; round += 1) {
      await machine.sh(script, { UP });
      await until(
        async () => {
          await machine.sh('portolan lab down --all');
          return (await machine.traces()).filter((trace) => !before.has(trace));
        },
        (left) => left.length === 0,
      );
    }
    // There is no room for the namespaces of a third: those of the first two are gone.
    expect(await machine.sh(UP)).toMatchObject({ exitCode: 0 });
  });
});
