import type { Destination, Figures } from './measure.ts';
import { type MeasuredServices, ports, type ServiceAddresses } from './objects.ts';
import type { ProxyRules, Rules } from './options.ts';

/** Where a connection goes: to the pod itself, or to a Service by the place of its rule. */
export type Target = 'pod' | 'middle' | 'last';

/** What is measured once a round. */
export interface Case {
  readonly rules: Rules;
  /** How many Services the node has rules for. */
  readonly services: number;
  readonly target: Target;
}

export interface Sample extends Case {
  readonly round: number;
  readonly figures: Figures;
}

/** The cases of one node, each with what the client connects to. */
export type NodeCases = ReadonlyMap<Case, Destination>;

/** Only in iptables rules does a Service have a place; in nftables mode any stands for all. */
export function casesOf(
  node: string,
  rules: ProxyRules,
  services: number,
  measured: MeasuredServices,
): NodeCases {
  const targets: readonly Target[] = rules.mode === 'nftables' ? ['pod', 'last'] : ['pod', 'middle', 'last'];
  return new Map(targets.map((target) => [{ rules, services, target }, destination(node, target, measured)]));
}

/** A node that only forwards, which everything else is compared with. */
export const bareCase: Case = { rules: 'none', services: 0, target: 'pod' };

export function bareCases(node: string, { podAddress }: ServiceAddresses): NodeCases {
  return new Map([[bareCase, podDestination(node, podAddress)]]);
}

function destination(node: string, target: Target, measured: MeasuredServices): Destination {
  const { clusterIP, podAddress } = target === 'middle' ? measured.middle : measured.last;
  return target === 'pod'
    ? podDestination(node, podAddress)
    : { node, address: clusterIP, port: ports.service, podAddress };
}

function podDestination(node: string, podAddress: string): Destination {
  return { node, address: podAddress, port: ports.pod, podAddress };
}

/** As the report calls it. */
export function rulesName(rules: Rules): string {
  return rules === 'none' ? 'none' : `${rules.proxy}, ${rules.mode}`;
}

/**
 * All cases of a round. What belongs to one node stays together, so that the machine is as busy for the
 * Service as for the pod; each round begins with another node, and every other one goes backwards, so that neither of two
 * neighbours is always the first.
 */
export function inOrder(
  nodes: readonly NodeCases[],
  round: number,
): readonly (readonly [Case, Destination])[] {
  const first = round % nodes.length;
  const forwards = [...nodes.slice(first), ...nodes.slice(0, first)].flatMap((cases) => [...cases]);
  return round % 2 === 0 ? forwards.reverse() : forwards;
}
