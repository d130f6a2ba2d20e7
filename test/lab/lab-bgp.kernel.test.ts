import { expect, test } from 'vitest';
import { labUnavailable } from '../support/lab/unavailable.ts';
import { labMachineUnavailable, startLabMachine } from '../support/lab-command/lab-machine.ts';
import { birdUnavailable } from '../support/pod-network/bird-unavailable.ts';
import { until } from '../support/until.ts';

const unavailable = labUnavailable() ?? birdUnavailable() ?? (await labMachineUnavailable());

test('in a lab of network bgp, nodes learn from the router where pods are, also after a reboot', async ({
  skip,
}) => {
  skip(unavailable !== undefined, unavailable);
  await using machine = startLabMachine({ networks: 100 });
  const run = async (command: string) => {
    const { stdout, stderr, exitCode } = await machine.sh(command);
    expect({ command, stderr: exitCode === 0 ? '' : stderr, exitCode }).toMatchObject({
      stderr: '',
      exitCode: 0,
    });
    return stdout;
  };
  const learned = () => run('portolan lab exec node-1 -- ip route show proto bird');
  await run('portolan lab up --nodes 2 --pods 1 --network bgp');
  await until(learned, (routes) => routes.includes('10.244.1.0/24 via 192.168.64.12'));
  await until(
    () => run('portolan lab exec web -- curl -s http://web'),
    (answer) => answer.includes('"node":"node-2"'),
  );
  await run('portolan lab node reboot node-2');
  await until(learned, (routes) => routes.includes('10.244.1.0/24 via 192.168.64.12'));
  await run('portolan lab node remove node-2');
  await until(learned, (routes) => routes === '');
});
