import { beforeEach, describe, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status/lab-status.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';
import {
  type LabMachine,
  labMachineUnavailable,
  startLabMachine,
} from '../support/lab-command/lab-machine.ts';
import { shared } from '../support/shared.ts';
import { until } from '../support/until.ts';

const unavailable = labUnavailable() ?? (await labMachineUnavailable());

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

describe.each([
  { mode: 'iptables', family: 'ipv4', network: 'vxlan' },
  { mode: 'nftables', family: 'dual', network: 'host-gw' },
])('in a lab of mode $mode, family $family and network $network', (choices) => {
  const borrow = shared(
    async () => {
      const machine = startLabMachine({ networks: 100 });
      const { mode, family, network } = choices;
      await done(
        machine,
        `portolan lab up --nodes 2 --pods 2 --zones a,b --mode ${mode} --family ${family} --network ${network}`,
      );
      return machine;
    },
    async (machine) => await done(machine, 'portolan lab scale web 4'),
  );

  test('pods of both nodes answer a pod that asks for the Service by name', async () => {
    const machine = await borrow();
    const nodes = await until(
      async () =>
        (await ask(machine, 'web', 'for i in 1 2 3 4 5 6 7 8; do curl -s http://web; done')).map(
          ({ node }) => node,
        ),
      (seen) => new Set(seen).size === 2,
    );
    expect(new Set(nodes)).toEqual(new Set(['node-1', 'node-2']));
  });

  test('the client outside is answered by the load balancer, and by the node port of each node', async () => {
    const machine = await borrow();
    const { services } = await status(machine);
    const web = services.find(({ name }) => name === 'default/web');
    const port = /80:(\d+)\/TCP/.exec(String(web?.ports))?.[1];
    for (const place of ['web', `node-1:${port}`, `node-2:${port}`])
      expect(await ask(machine, 'client', `curl -s http://${place}`)).toHaveLength(1);
  });

  test('a datagram is answered, too', async () => {
    const machine = await borrow();
    const { services } = await status(machine);
    const [address] = services.find(({ name }) => name === 'default/web')?.addresses ?? [];
    const answers = await until(
      () => ask(machine, 'web', `echo who | socat -t 1 - udp:${address}:80`),
      ({ length }) => length > 0,
    );
    expect(answers).toHaveLength(1);
  });

  test('pods come and go with the Deployment, and their addresses with them', async () => {
    const machine = await borrow();
    await done(machine, 'portolan lab scale web 6');
    expect((await status(machine)).services.find(({ name }) => name === 'default/web')).toMatchObject({
      readyEndpoints: 6,
    });
    await done(machine, 'portolan lab scale web 1');
    const { pods } = await until(
      () => status(machine),
      (now) => webPods(now).length === 1,
    );
    const [left] = pods.filter(({ name }) => name.startsWith('default/web'));
    const [answer] = await ask(machine, 'client', 'curl -s http://web');
    expect(`default/${answer?.pod}`).toBe(left?.name);
  });

  test('a pod that is killed is replaced', async () => {
    const machine = await borrow();
    const [victim = ''] = webPods(await status(machine));
    await done(machine, `portolan lab kill ${victim}`);
    const now = await until(
      () => status(machine),
      ({ pods }) => pods.filter(({ name, ready }) => name.startsWith('default/web') && ready).length === 4,
    );
    expect(webPods(now)).not.toContain(victim);
  });

  test('a node that reboots comes back with its pods, and gives back what they had', async () => {
    const machine = await borrow();
    await done(machine, 'portolan lab node reboot node-2');
    const { pods } = await status(machine);
    expect(pods.every(({ ready }) => ready)).toBe(true);
    const held = pods.filter(({ node }) => node === 'node-2').flatMap(({ addresses }) => addresses);
    const files = await done(
      machine,
      'portolan lab exec node-2 -- find /run/portolan-lab/nodes/node-2/cni/networks/lab -maxdepth 1 -type f -name "*[.:]*" -not -name "last*" -printf "%f\\n"',
    );
    expect(files.split('\n').sort()).toEqual([...held].sort());
  });

  test('objects of a file are applied and deleted', async () => {
    const machine = await borrow();
    const manifest = `echo '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "other"},
      "spec": {"selector": {"app": "web"}, "ports": [{"port": 81, "targetPort": 9000}]}}'`;
    expect(await done(machine, `${manifest} | portolan lab apply -f -`)).toBe(
      'Service default/other created',
    );
    const answers = await until(
      () => ask(machine, 'web', 'curl -s http://other:81'),
      ({ length }) => length > 0,
    );
    expect(answers[0]?.server).toMatch(/:9000$/);
    expect(await done(machine, `${manifest} | portolan lab delete -f -`)).toBe(
      'Service default/other deleted',
    );
  });

  test('exec ends as its command does', async () => {
    const machine = await borrow();
    expect(await machine.sh('portolan lab exec web -- sh -c "exit 7"')).toMatchObject({ exitCode: 7 });
  });

  test('a name that is not there is said, with those that are', async () => {
    const machine = await borrow();
    expect(await machine.sh('portolan lab exec nobody -- true')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /^portolan: there is no pod, node or host "nobody"; there are node-1, node-2, client/,
      ),
    });
  });

  test('the nodes are in the zones by turns', async () => {
    const { nodes } = await status(await borrow());
    expect(nodes.map(({ zone }) => zone)).toEqual(['a', 'b']);
  });
});

interface Answer {
  readonly pod: string;
  readonly node: string;
  readonly server: string;
}

/** What servers said to a command in a place of the lab. */
async function ask(machine: LabMachine, place: string, command: string): Promise<readonly Answer[]> {
  const { stdout } = await machine.sh(`portolan lab exec ${place} -- sh -c '${command}'`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function status(machine: LabMachine): Promise<LabStatus> {
  return JSON.parse(await done(machine, 'portolan lab status --output json'));
}

function webPods({ pods }: LabStatus): readonly string[] {
  return pods.map(({ name }) => name).filter((name) => name.startsWith('default/web'));
}

async function done(machine: LabMachine, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.sh(script);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}
