import { explainTrace } from '../../../src/explain/explain-trace.ts';
import { type Explanation, type Knowledge, nothingKnown } from '../../../src/explain/explanation.ts';
import type { Address } from '../../../src/net/address.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import type { Branch, Outcome, RuleStep, Step, Trace } from '../../../src/trace/trace.ts';
import { address } from '../records.ts';

/** Traces made by hand, of which only what a test is about has to be said. */

export const packet: Packet = {
  source: address('10.244.1.5'),
  destination: address('10.96.20.10'),
  protocol: 'TCP',
  port: 80,
};

/** The node itself has 192.168.50.10. */
export const node = { isLocal: (one: Address) => one === '192.168.50.10' };

export function ruleStep(step: Partial<RuleStep>): RuleStep {
  return {
    kind: 'rule',
    hook: 'prerouting',
    table: 'iptables nat',
    chain: 'KUBE-SERVICES',
    position: 1,
    rule: '',
    comment: '',
    effect: { kind: 'accept' },
    ...step,
  };
}

export function end(verdict: Outcome['verdict'], destination = '10.96.20.10:80', masquerade = false): Step {
  return { kind: 'end', outcome: { verdict, destination, masquerade } };
}

/** A fork among endpoints, each of them translated to by a chain of its own. */
export function forkTo(endpoints: readonly string[], condition = 'at random'): Step {
  const branches = endpoints.map((endpoint, index): Branch => {
    const [host = '', port] = endpoint.split(':');
    const effect = { kind: 'destination-nat', address: address(host), port: Number(port) } as const;
    const rule = `-A KUBE-SEP-${index} -j DNAT --to-destination ${endpoint}`;
    return {
      share: 1 / endpoints.length,
      condition,
      path: [ruleStep({ chain: `KUBE-SEP-${index}`, rule, effect }), end('dnat', endpoint)],
    };
  });
  return { kind: 'fork', branches };
}

export function traceOf(path: readonly Step[], more: Partial<Trace> = {}): Trace {
  return {
    verdict: 'untouched',
    endpoints: [],
    masquerade: false,
    unknowns: [],
    assumptions: [],
    path,
    ...more,
  };
}

export function explained(
  trace: Trace,
  more: { readonly packet?: Packet; readonly knowledge?: Knowledge; readonly everyRule?: boolean } = {},
): Explanation {
  return explainTrace(trace, { packet, node, knowledge: nothingKnown, ...more });
}

/** The reason that a single rule gets. */
export function reasonOf(step: Partial<RuleStep>, from = packet): string | undefined {
  const [first] = explained(traceOf([ruleStep(step)]), { packet: from, everyRule: true }).path;
  return first !== undefined && 'reason' in first ? first.reason : undefined;
}
