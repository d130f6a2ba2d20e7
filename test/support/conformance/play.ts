import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../cli/program.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Backend } from './backend.ts';
import { type Observation, observe, type Stage } from './observe.ts';
import { syncScenario } from './product.ts';
import {
  endpointsOf,
  type Flow,
  flowsOf,
  isSentByNode,
  type KubernetesObject,
  nodeAddressesOf,
  type Scenario,
} from './scenario.ts';

/** What became of the packets of each flow. */
export type Observations = ReadonlyMap<Flow, Observation>;

/**
 * Plays a scenario in a lab of its own with one backend after another; before each the node has no rules. Where a backend
 * fails, that is its result.
 */
export async function play(
  scenario: Scenario,
  backends: readonly Backend[],
  isPlayed: (flow: Flow, backend: Backend) => boolean,
): Promise<ReadonlyMap<Backend, PromiseSettledResult<Observations>>> {
  await using stack = new AsyncDisposableStack();
  const topology = { nodeAddresses: nodeAddressesOf(scenario), hosts: hostsOf(scenario) };
  const lab = stack.use(await createLab(topology));
  const folder = await mkdtemp(join(tmpdir(), 'portolan-play-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const launcher = ['ip', 'netns', 'exec', lab.node.namespace];
  const program = stack.use(startProgram(launcher, { RUNTIME_DIRECTORY: folder }));
  await startServers(lab, scenario);
  const played = new Map<Backend, PromiseSettledResult<Observations>>();
  for (const backend of backends) {
    const stage = { lab, program, scenario, backend };
    const [result] = await Promise.allSettled([playSteps(stage, (flow) => isPlayed(flow, backend))]);
    played.set(backend, result);
    await program.clear();
  }
  return played;
}

async function playSteps(stage: Stage, isPlayed: (flow: Flow) => boolean): Promise<Observations> {
  const { program, scenario, backend } = stage;
  const objects = new Map<string, KubernetesObject>();
  const observations = new Map<Flow, Observation>();
  for (const step of scenario.steps) {
    if ('apply' in step) objects.set(keyOf(step.apply), step.apply);
    else if ('delete' in step) objects.delete(keyOf(step.delete));
    else if ('sync' in step) await syncScenario(program, scenario, [...objects.values()], backend);
    else for (const flow of step.flows.filter(isPlayed)) observations.set(flow, await observe(flow, stage));
  }
  return observations;
}

function hostsOf(scenario: Scenario) {
  const clients = flowsOf(scenario).filter((flow) => !isSentByNode(scenario, flow));
  const endpoints = endpointsOf(scenario).map(({ address }) => address);
  return [...new Set([...clients.map(({ source }) => source), ...endpoints])];
}

/** Every endpoint that is ever there answers all the time: only the rules decide who is reached. */
async function startServers(lab: Lab, scenario: Scenario): Promise<void> {
  await Promise.all(
    endpointsOf(scenario).map(async ({ address, protocol, port }) => {
      if (protocol === 'SCTP') return;
      await lab.host(address).listen({ protocol: protocol === 'TCP' ? 'tcp' : 'udp', address, port });
    }),
  );
}

function keyOf({ kind, metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}
