import { beforeAll, describe, expect, test } from 'vitest';
import { isLoopback } from '../../src/net/address.ts';
import { type Backend, iptablesBackend, nftablesBackend } from '../support/conformance/backend.ts';
import type { Observation } from '../support/conformance/observe.ts';
import { play } from '../support/conformance/play.ts';
import { type Flow, flowsOf, readScenario, type Scenario } from '../support/conformance/scenario.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { toIPv6 } from '../support/conformance/to-ipv6.ts';
import { sctpUnavailable } from '../support/lab/sctp.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

/** kube-proxy's own packet flows, as real packets through the rules that Portolan loads. */

const folder = 'conformance/flows';
const unavailable = sharedUnavailable() ?? labUnavailable();
const withoutSctp = sctpUnavailable();

describe.each(['nft', 'legacy'] as const)('iptables (%s)', (variant) => {
  const withoutVariant = unavailable ?? iptablesUnavailable(variant);
  if (withoutVariant !== undefined) test('flows', ({ skip }) => skip(withoutVariant));
  else describeFlows('iptables', iptablesBackend(variant));
});

describe('nftables', () => {
  if (unavailable !== undefined) test('flows', ({ skip }) => skip(unavailable));
  else {
    describeFlows('nftables', nftablesBackend());
    describeFlows('iptables', nftablesBackend());
    test.each(differing)('flows are left out of mode nftables because $reason', ({ file, name }) => {
      const files = sharedEntries(folder).filter((entry) => file.test(entry));
      const flows = files.flatMap((entry) => flowsOf(readScenario(`${sharedPath}${folder}/${entry}`)));
      expect(flows.filter((flow) => name.test(flow.name))).not.toEqual([]);
    });
  }
});

/** Flows of mode iptables that mode nftables treats otherwise, in kube-proxy as here, and why. */
const differing: readonly { readonly file: RegExp; readonly name: RegExp; readonly reason: string }[] = [
  {
    file: /^iptables-clusteripgeneral/,
    name: /^(TCP-only port does not match UDP traffic|svc1 does not accept svc2's ports)$/,
    reason: 'ports of a ClusterIP that no Service has are rejected',
  },
  {
    file: /^iptables-/,
    name: /^localhost to (NodePort( with [ei]TP:Local)?|nodePort gets masqueraded)$/,
    reason: 'there are no node ports on localhost',
  },
  {
    file: /^iptables-nodeports-ipv4-localhost-nodeports-(enabled|disabled)\./,
    name: /^external to nodePort on secondary IP$/,
    reason: 'node ports answer on the primary address only, unless nodePortAddresses says otherwise',
  },
  {
    file: /^iptables-healthchecknodeport/,
    name: /^firewall accepts HealthCheckNodePort$/,
    reason: 'what one nftables table accepts, another may still drop',
  },
];

function differs(file: string, { name }: Flow, { mode }: Backend): boolean {
  return mode === 'nftables' && differing.some((entry) => entry.file.test(file) && entry.name.test(name));
}

function describeFlows(prefix: string, backend: Backend): void {
  const files = sharedEntries(folder).filter((file) => file.startsWith(`${prefix}-`));
  describe.each(files)('%s', (file) => {
    const path = `${sharedPath}${folder}/${file}`;
    const isMeant = (flow: Flow) => !differs(file, flow, backend);
    describeScenarios([readScenario(path), readScenario(path, toIPv6)], backend, isMeant);
  });
}

/** Scenarios that are played at the same time: most of it is waiting for short processes. */
function describeScenarios(
  scenarios: readonly Scenario[],
  backend: Backend,
  isMeant: (flow: Flow) => boolean,
): void {
  let observations: ReadonlyMap<Flow, Observation> = new Map();
  beforeAll(async () => {
    const isPlayed = (flow: Flow) => isMeant(flow) && skipReason(flow) === undefined;
    // Settled, so that where one fails the other's lab is gone too before the test goes on.
    const played = await Promise.allSettled(scenarios.map((scenario) => play(scenario, backend, isPlayed)));
    observations = new Map(played.flatMap((result) => [...fulfilled(result)]));
  });
  for (const scenario of scenarios) {
    describe(scenario.family, () => {
      for (const flow of flowsOf(scenario).filter(isMeant)) testFlow(flow, () => observations.get(flow));
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
