import { createLab } from '../lab/lab.ts';
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

/** Plays a scenario in a lab of its own, and says for each of its flows what became of the packets. */
export async function play(
  scenario: Scenario,
  backend: Backend,
  isPlayed: (flow: Flow) => boolean,
): Promise<ReadonlyMap<Flow, Observation>> {
  const topology = { nodeAddresses: nodeAddressesOf(scenario), hosts: hostsOf(scenario) };
  await using lab = await createLab(topology);
  const stage: Stage = { lab, scenario, backend };
  await startServers(stage);
  const objects = new Map<string, KubernetesObject>();
  const observations = new Map<Flow, Observation>();
  for (const step of scenario.steps) {
    if ('apply' in step) objects.set(keyOf(step.apply), step.apply);
    else if ('delete' in step) objects.delete(keyOf(step.delete));
    else if ('sync' in step) await syncScenario(lab.node.namespace, scenario, [...objects.values()], backend);
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
async function startServers({ lab, scenario }: Stage): Promise<void> {
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
