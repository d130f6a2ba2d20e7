import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Program, startProgram } from '../cli/program.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Backend } from './backend.ts';
import { type Observation, observe, type Stage } from './observe.ts';
import { syncScenario } from './product.ts';
import {
  endpointsOf,
  type Flow,
  hostsOf,
  type KubernetesObject,
  nodeAddressesOf,
  type Scenario,
} from './scenario.ts';

/** Where scenarios are played: a lab with all of their hosts, and the command on its node. */
export interface Playground extends AsyncDisposable {
  readonly lab: Lab;
  readonly program: Program;
}

/** All scenarios have the same node addresses. */
export async function createPlayground(scenarios: readonly Scenario[]): Promise<Playground> {
  await using stack = new AsyncDisposableStack();
  const nodeAddresses = [...new Set(scenarios.flatMap(nodeAddressesOf))];
  const hosts = [...new Set(scenarios.flatMap(hostsOf))];
  const lab = stack.use(await createLab({ nodeAddresses, hosts }));
  const folder = await mkdtemp(join(tmpdir(), 'portolan-play-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const launcher = ['ip', 'netns', 'exec', lab.node.namespace];
  const program = stack.use(startProgram(launcher, { RUNTIME_DIRECTORY: folder }));
  const everything = stack.move();
  return { lab, program, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

/** What became of the packets of each flow. */
export type Observations = ReadonlyMap<Flow, Observation>;

/** Plays a scenario with a backend, on a node that has no rules. */
export async function play(
  playground: Playground,
  scenario: Scenario,
  backend: Backend,
  isPlayed: (flow: Flow) => boolean,
): Promise<Observations> {
  await using stack = new AsyncDisposableStack();
  stack.defer(() => playground.program.clear());
  await startServers(playground.lab, scenario, stack);
  const stage: Stage = { ...playground, scenario, backend };
  const objects = new Map<string, KubernetesObject>();
  const observations = new Map<Flow, Observation>();
  for (const step of scenario.steps) {
    if ('apply' in step) objects.set(keyOf(step.apply), step.apply);
    else if ('delete' in step) objects.delete(keyOf(step.delete));
    else if ('sync' in step) await syncScenario(stage, [...objects.values()]);
    else for (const flow of step.flows.filter(isPlayed)) observations.set(flow, await observe(flow, stage));
  }
  return observations;
}

/** Every endpoint that is ever there answers all the time: only the rules decide who is reached. */
async function startServers(lab: Lab, scenario: Scenario, stack: AsyncDisposableStack): Promise<void> {
  const started = endpointsOf(scenario).map(async ({ address, protocol, port }) => {
    if (protocol === 'SCTP') return;
    const transport = protocol === 'TCP' ? 'tcp' : 'udp';
    stack.use(await lab.host(address).listen({ protocol: transport, address, port }));
  });
  await Promise.all(started);
}

function keyOf({ kind, metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}
