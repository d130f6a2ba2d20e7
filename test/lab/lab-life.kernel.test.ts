import { beforeEach, describe, expect, test } from 'vitest';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { labMachineUnavailable, startLabMachine } from '../support/lab-command/lab-machine.ts';
import { until } from '../support/until.ts';

const unavailable = labUnavailable() ?? (await labMachineUnavailable());

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

/** A small lab has so many: the switch, the client, the load balancer, a node and its pod. Those that leave are not gone at once. */
const networks = 12;
const up = 'portolan lab up --nodes 1 --pods 1';

describe('of a lab that ends nothing is left', () => {
  test.each<readonly [string, string]>([
    ['by lab down', `${up} && portolan lab down`],
    ['whose process is killed', `${up} && kill -9 $(pgrep -f 'main.js la[b] serve')`],
    ['whose first process is killed', `${up} && kill -9 $(pgrep -x unshare)`],
    [
      'whose process is killed while it starts',
      `${up} 2>&1 | { read line; kill -9 $(pgrep -f 'main.js la[b] serve'); cat; }`,
    ],
    [
      'whose command is killed while it starts',
      `${up} 2>&1 | { read line; kill -9 $(pgrep -f 'main.js la[b] up'); cat; }`,
    ],
    [
      'whose process is killed while it is ended',
      `${up} && { portolan lab down & kill -9 $(pgrep -f 'main.js la[b] serve'); wait; }`,
    ],
  ])('%s', async (_, script) => {
    await using machine = startLabMachine({ networks });
    const before = await machine.traces();
    for (let round = 0; round < 2; round += 1) {
      await machine.sh(script);
      await until(
        async () => {
          await machine.sh('portolan lab down --all');
          const traces = await machine.traces();
          return traces.filter((trace) => !before.includes(trace));
        },
        (left) => left.length === 0,
      );
    }
    // As many namespaces as all of them would need are not there: what the earlier ones had is free again.
    const last = await machine.sh(up);
    expect(last).toMatchObject({ exitCode: 0 });
  });
});
