import { beforeAll, describe, expect, test } from 'vitest';
import { isLoopback } from '../../src/net/address.ts';
import { sctpUnavailable } from '../lab/sctp.ts';
import { iptablesUnavailable, labUnavailable } from '../lab/unavailable.ts';
import { type Backend, iptablesBackend } from './backend.ts';
import type { Observation } from './observe.ts';
import { play } from './play.ts';
import { type Flow, flowsOf, readScenario, type Scenario } from './scenario.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from './shared.ts';
import { toIPv6 } from './to-ipv6.ts';

/** kube-proxy's own packet flows, as real packets through the rules that Portolan loads. */

const folder = 'conformance/flows';
const unavailable = sharedUnavailable() ?? labUnavailable();
const withoutSctp = sctpUnavailable();

describe.each(['nft', 'legacy'] as const)('iptables (%s)', (variant) => {
  const withoutVariant = unavailable ?? iptablesUnavailable(variant);
  if (withoutVariant !== undefined) test('flows', ({ skip }) => skip(withoutVariant));
  else describeFlows('iptables', iptablesBackend(variant));
});

function describeFlows(prefix: string, backend: Backend): void {
  const files = sharedEntries(folder).filter((file) => file.startsWith(`${prefix}-`));
  describe.each(files)('%s', (file) => {
    const path = `${sharedPath}${folder}/${file}`;
    describeScenarios([readScenario(path), readScenario(path, toIPv6)], backend);
  });
}

/** Scenarios that are played at the same time: most of it is waiting for short processes. */
function describeScenarios(scenarios: readonly Scenario[], backend: Backend): void {
  let observations: ReadonlyMap<Flow, Observation> = new Map();
  beforeAll(async () => {
    const isPlayed = (flow: Flow) => skipReason(flow) === undefined;
    // Settled, so that where one fails the other's lab is gone too before the test goes on.
    const played = await Promise.allSettled(scenarios.map((scenario) => play(scenario, backend, isPlayed)));
    observations = new Map(played.flatMap((result) => [...fulfilled(result)]));
  });
  for (const scenario of scenarios) {
    describe(scenario.family, () => {
      for (const flow of flowsOf(scenario)) testFlow(flow, () => observations.get(flow));
    });
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
