import type { Finding } from '../../check.ts';
import { count, few } from '../../cluster/few.ts';
import { defineCheck } from '../../doctor-check.ts';
import type { PodBridge } from '../network/interface-roles.ts';
import { observeRoles } from '../node-facts.ts';

interface Observed {
  readonly bridges: readonly PodBridge[];
}

/**
 * Whether a bridge sends packets back by the port they came from, as a pod that reaches itself through its Service
 * needs.
 */
export const hairpin = defineCheck<Observed>({
  check: 'hairpin',
  title: 'Pods that reach themselves',
  observe: async (context) => ({ bridges: (await observeRoles(context)).bridges }),
  judge: ({ bridges }) => bridges.map(judgeHairpin),
});

/** A promiscuous bridge passes every packet to the node, which sends it back as its own. */
export function judgeHairpin({ bridge, ports }: PodBridge): Finding {
  const without = ports.filter(({ bridgePort }) => bridgePort?.hairpin === false).map(({ name }) => name);
  const looked = `bridge ${bridge.name} (promiscuous: ${bridge.promiscuous ? 'yes' : 'no'}), hairpin mode on ${ports.length - without.length} of ${count(ports.length, 'port')}`;
  if (without.length === 0 || bridge.promiscuous)
    return {
      severity: 'ok',
      looked,
      finding: bridge.promiscuous
        ? `${bridge.name} is promiscuous`
        : `every port of ${bridge.name} has hairpin mode`,
    };
  return {
    severity: 'warning',
    looked,
    finding: `a pod behind ${few(without)} cannot reach itself through its Service: ${bridge.name} sends no packet back by the port that it came from`,
    next: `bridge link set dev ${without[0]} hairpin on (each port); for good, hairpinMode: true in the CNI configuration`,
  };
}
