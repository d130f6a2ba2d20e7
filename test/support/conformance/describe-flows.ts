import { beforeAll, describe, expect, test } from 'vitest';
import { isLoopback } from '../../../src/net/address.ts';
import { sctpUnavailable } from '../lab/sctp.ts';
import { labUnavailable } from '../lab/unavailable.ts';
import type { Backend } from './backend.ts';
import { type Observations, play } from './play.ts';
import { type Flow, flowsOf, readScenario, type Scenario } from './scenario.ts';
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
  for (const file of flowFiles(mode)) {
    const path = `${sharedPath}${folder}/${file}`;
    const scenarios = [readScenario(path), readScenario(path, toIPv6)];
    describeScenarios(file, scenarios, backends, (flow, backend) => isMeant(file, flow, backend));
  }
}

/** Scenarios of a file are played at the same time: most of it is waiting for short processes. */
function describeScenarios(
  file: string,
  scenarios: readonly Scenario[],
  backends: readonly Backend[],
  isMeant: (flow: Flow, backend: Backend) => boolean,
): void {
  const isPlayed = (flow: Flow, backend: Backend) => isMeant(flow, backend) && skipReason(flow) === undefined;
  describe(file, () => {
    let played: readonly (readonly [Scenario, Awaited<ReturnType<typeof play>>])[] = [];
    beforeAll(async () => {
      // Settled, so that where one fails the other's lab is gone too before the test goes on.
      const results = await Promise.allSettled(
        scenarios.map(async (scenario) => [scenario, await play(scenario, backends, isPlayed)] as const),
      );
      played = results.map(fulfilled);
    });
    for (const backend of backends) {
      for (const scenario of scenarios) {
        describe(`${backend.name} ${scenario.family}`, () => {
          const observations = (): Observations | undefined => {
            const result = new Map(played).get(scenario)?.get(backend);
            return result && fulfilled(result);
          };
          for (const flow of flowsOf(scenario).filter((each) => isMeant(each, backend)))
            testFlow(flow, observations);
        });
      }
    }
  });
}

function fulfilled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function testFlow(flow: Flow, observations: () => Observations | undefined): void {
  const { name, source, destination, port, protocol } = flow;
  test(`${name}: ${protocol} ${source} to ${destination} port ${port}`, ({ skip }) => {
    const reason = skipReason(flow);
    skip(reason !== undefined, reason);
    expect(observations()?.get(flow)).toEqual({
      ...flow.expect,
      endpoints: flow.expect.endpoints.toSorted(),
    });
  });
}

function skipReason({ source, protocol }: Flow): string | undefined {
  if (isLoopback(source) && source.includes(':')) return 'node ports on localhost are IPv4 only';
  return protocol === 'sctp' ? withoutSctp : undefined;
}
