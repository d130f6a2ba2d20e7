import { describe, expect, test } from 'vitest';
import { addressesIn, nodePortRanges } from '../../src/plan/node-ports.ts';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { reduceObject } from '../../src/state/reduce-object.ts';
import {
  type Flow,
  isSentByNode,
  nodeAddressesOf,
  readScenario,
  type Scenario,
} from '../support/conformance/scenario.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import type { Facts } from '../support/equivalence/facts.ts';
import { type Answer, planAnswer } from '../support/equivalence/plan-answer.ts';
import { cidr } from '../support/records.ts';

/** The plan's answer, which all else is held against, is itself held against what kube-proxy did. */

const folder = 'conformance/flows';
const unavailable = sharedUnavailable();

describe('the plan answers as kube-proxy did', () => {
  if (unavailable !== undefined) test('flows', ({ skip }) => skip(unavailable));
  else
    test.each(sharedEntries(folder))('%s', (file) => compare(readScenario(`${sharedPath}${folder}/${file}`)));
});

function compare(scenario: Scenario): void {
  const state = new ClusterState(scenario.node.name);
  const book = new PlanBook(state);
  for (const step of scenario.steps) {
    if ('apply' in step) for (const change of reduceObject(step.apply).changes) state.apply(change);
    if ('delete' in step)
      for (const change of reduceObject(step.delete).changes) state.apply({ ...change, record: undefined });
    if ('sync' in step) book.update(contextOf(scenario, state));
    if (!('flows' in step)) continue;
    const plans = [...book.plans(scenario.family).values()].flat();
    for (const flow of step.flows) {
      const answer = planAnswer(plans, packetOf(scenario, flow), factsOf(scenario, flow), scenario.backend);
      expect(inShort(answer), flow.name).toEqual({
        ...flow.expect,
        endpoints: flow.expect.endpoints.toSorted(),
      });
    }
  }
}

function contextOf({ node, family }: Scenario, state: ClusterState) {
  const holder = (claim: string) => state.holder(claim);
  return { nodeName: node.name, zone: '', nodeHints: true, nodeIPs: { [family]: node.primaryIP }, holder };
}

function packetOf(scenario: Scenario, flow: Flow) {
  const { source, destination, port, protocol } = flow;
  const packet = { source, destination, port, protocol: protocols[protocol] };
  return isSentByNode(scenario, flow) ? packet : { ...packet, inputInterface: 'eth0' };
}

const protocols = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const;

/** An address that the node sends to itself from is its own for that long. */
function factsOf(scenario: Scenario, flow: Flow): Facts {
  const { family, config } = scenario;
  const lent = isSentByNode(scenario, flow) ? [flow.source] : [];
  const localAddresses = [...nodeAddressesOf(scenario), ...lent];
  const asked = { kind: 'cidrs', cidrs: config.nodePortAddresses.map(cidr) } as const;
  const ranges = nodePortRanges(family, asked, {});
  return {
    family,
    localAddresses,
    masqueradeAll: config.masqueradeAll,
    localDetector: { by: 'cidr', cidr: cidr(config.clusterCIDR) },
    nodePortAddresses: addressesIn(ranges, localAddresses),
    localhostNodePorts: config.localhostNodePorts === true && listensOnLoopback(config.nodePortAddresses),
    serviceCIDRs: (config.serviceCIDRs ?? []).map(cidr),
  };
}

/** Node ports on localhost are asked for by `nodePortAddresses` too, where it names any. */
function listensOnLoopback(ranges: readonly string[]): boolean {
  return ranges.length === 0 || ranges.some((range) => range.startsWith('127.'));
}

function inShort({ verdict, endpoints, masquerade }: Answer) {
  return { verdict, endpoints: endpoints.map(({ endpoint }) => endpoint).sort(), masquerade };
}
