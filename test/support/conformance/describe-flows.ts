import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isLoopback } from '../../../src/net/address.ts';
import { sctpUnavailable } from '../lab/sctp.ts';
import { labUnavailable } from '../lab/unavailable.ts';
import type { Backend } from './backend.ts';
import type { Observation } from './observe.ts';
import { createPlayground, type Observations, type Playground, play } from './play.ts';
import { type Flow, flowsOf, readScenario, type Scenario, shareLab } from './scenario.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from './shared.ts';
import { toIPv6 } from './to-ipv6.ts';

const folder = 'conformance/flows';
const withoutSctp = sctpUnavailable();

/** Why no flow can be played here, in words for a skipped test. */
export const flowsUnavailable = sharedUnavailable() ?? labUnavailable();

/** The recordings of one mode of kube-proxy. */
export function flowFiles(mode: Backend['mode']): readonly string[] {
  return sharedEntries(folder).filter((file) => file.startsWith(`${mode}-`));
}

export function recordedFlows(file: string): readonly Flow[] {
  return flowsOf(readScenario(`${sharedPath}${folder}/${file}`));
}

/** A test for each flow that was recorded with this mode of kube-proxy, in both families, with each backend. */
export function describeFlows(
  mode: Backend['mode'],
  backends: readonly Backend[],
  isMeant: (file: string, flow: Flow, backend: Backend) => boolean = () => true,
): void {
  const recordings = flowFiles(mode).map((file) => {
    const path = `${sharedPath}${folder}/${file}`;
    return { file, scenarios: [readScenario(path), readScenario(path, toIPv6)] };
  });
  const playgrounds = new Playgrounds(recordings.flatMap(({ scenarios }) => scenarios));
  afterAll(() => playgrounds[Symbol.asyncDispose]());
  for (const { file, scenarios } of recordings) {
    describe(file, () => {
      for (const backend of backends) {
        const isMeantHere = (flow: Flow) => isMeant(file, flow, backend);
        describe(backend.name, () => describeScenarios(scenarios, playgrounds, backend, isMeantHere));
      }
    });
  }
}

/** Scenarios that are played at the same time: most of it is waiting for short processes. */
function describeScenarios(
  scenarios: readonly Scenario[],
  playgrounds: Playgrounds,
  backend: Backend,
  isMeant: (flow: Flow) => boolean,
): void {
  let observations: Observations = new Map();
  beforeAll(async () => {
    const isPlayed = (flow: Flow) => isMeant(flow) && skipReason(flow) === undefined;
    // Settled, so that where one fails the other has ended too before the next are played in the same labs.
    const played = await Promise.allSettled(
      scenarios.map(async (scenario) => play(await playgrounds.of(scenario), scenario, backend, isPlayed)),
    );
    observations = new Map(played.flatMap((result) => [...fulfilled(result)]));
  });
  for (const scenario of scenarios) {
    describe(scenario.family, () => {
      for (const flow of flowsOf(scenario).filter(isMeant)) testFlow(flow, () => observations.get(flow));
    });
  }
}

/** As few labs as the scenarios can be played in, each made when it is asked for. */
class Playgrounds implements AsyncDisposable {
  readonly #groups: Scenario[][] = [];
  readonly #made = new Map<readonly Scenario[], Promise<Playground>>();

  constructor(scenarios: readonly Scenario[]) {
    for (const scenario of scenarios) {
      const group = this.#groups.find((others) => others.every((other) => shareLab(scenario, other)));
      if (group === undefined) this.#groups.push([scenario]);
      else group.push(scenario);
    }
  }

  of(scenario: Scenario): Promise<Playground> {
    const group = this.#groups.find((scenarios) => scenarios.includes(scenario)) ?? [scenario];
    const playground = this.#made.get(group) ?? createPlayground(group);
    this.#made.set(group, playground);
    return playground;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const playground of await Promise.all(this.#made.values())) await playground[Symbol.asyncDispose]();
  }
}

function fulfilled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function testFlow(flow: Flow, observation: () => Observation | undefined): void {
  const { name, source, destination, port, protocol } = flow;
  test(`${name}: ${protocol} ${source} to ${destination} port ${port}`, ({ skip }) => {
    const reason = skipReason(flow);
    skip(reason !== undefined, reason);
    expect(observation()).toEqual({ ...flow.expect, endpoints: flow.expect.endpoints.toSorted() });
  });
}

function skipReason({ source, protocol }: Flow): string | undefined {
  if (isLoopback(source) && source.includes(':')) return 'node ports on localhost are IPv4 only';
  return protocol === 'sctp' ? withoutSctp : undefined;
}
