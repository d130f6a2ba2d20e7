import type { Family } from '../../../net/family.ts';
import type { Finding } from '../../check.ts';
import { count, few } from '../few.ts';
import { rulesToOutcome } from '../service-path/rules-to-outcome.ts';
import {
  describeFlow,
  describePacket,
  type TracedSample,
  type TracedSamples,
  untracedFindings,
} from '../service-path/traced-sample.ts';
import { judgeLocalDetection, type LocalDetection } from './local-detection.ts';

/** The rules in force that masquerade outgoing packets. */
export interface MasqueradeRules {
  readonly family: Family;
  /** The table that has them, or should have them: `iptables nat`, `nft ip portolan`. */
  readonly table: string;
  /** Whether the table has the chains that dispatch packets to Services. */
  readonly programmed: boolean;
  /** Whether the base chain of postrouting jumps to KUBE-POSTROUTING. */
  readonly jump: boolean;
  /** Whether KUBE-POSTROUTING has a rule that masquerades. */
  readonly masquerade: boolean;
}

export interface MasqueradeObserved {
  readonly rules: readonly MasqueradeRules[];
  readonly samples: TracedSamples;
  readonly detection: LocalDetection;
}

/** Whether the clients that have to be masqueraded are, and only those. */
export function judgeMasquerade({
  rules,
  samples: { traced, untraced },
  detection,
}: MasqueradeObserved): readonly Finding[] {
  const broken = rules.filter(({ programmed, jump, masquerade }) => programmed && !(jump && masquerade));
  const findings = [
    ...broken.map(missingRules),
    ...unmasqueraded(traced, new Set(broken.map(({ family }) => family))),
    ...judgeLocalDetection(detection),
    ...untracedFindings(untraced),
  ];
  if (findings.length > 0) return findings;
  const programmed = rules.filter((one) => one.programmed);
  if (programmed.length === 0)
    return [
      {
        severity: 'unknown',
        looked: few(rules.map(({ table }) => table)),
        finding: 'the node is not programmed (see the check drift)',
      },
    ];
  return [
    {
      severity: 'ok',
      looked: `postrouting of ${programmed.map(({ family, table }) => `${family} ${table}`).join(', ')}; ${count(traced.length, 'packet')} walked through`,
      finding: 'packets that need it are masqueraded',
    },
  ];
}

function missingRules({ family, table, jump }: MasqueradeRules): Finding {
  const isIptables = !table.startsWith('nft ');
  const base = isIptables ? 'POSTROUTING' : 'nat-postrouting';
  const lack = jump
    ? 'KUBE-POSTROUTING has no rule that masquerades'
    : `${base} does not lead to KUBE-POSTROUTING`;
  return {
    severity: 'fault',
    looked: `${table}: ${lack}`,
    finding: `masquerading of Services is missing in ${family}: ${lack} (${table}), so replies to clients from outside, from the node and from hairpin pods do not come back`,
    next: 'portolan diff shows the missing rules, and a running Portolan puts them back; find out who flushed them',
  };
}

/** Packets that have to be masqueraded and reach an endpoint without. */
function unmasqueraded(traced: readonly TracedSample[], known: ReadonlySet<Family>): readonly Finding[] {
  const bare = traced.filter(
    (one) => !known.has(one.sample.plan.family) && unmasqueradedEndpoints(one).length > 0,
  );
  const reasons = Map.groupBy(bare, (one) => reasonOf(one).reason);
  return [...reasons.values()].flatMap(([first]) => (first === undefined ? [] : unmasqueradedFinding(first)));
}

/** The endpoints that see the client's own address, and must not. */
export function unmasqueradedEndpoints({ sample, trace }: TracedSample): readonly string[] {
  const hiddenFrom = new Set(sample.masqueradedTo);
  return trace.endpoints
    .filter(({ endpoint, masquerade }) => !masquerade && hiddenFrom.has(endpoint))
    .map(({ endpoint }) => endpoint);
}

function unmasqueradedFinding(one: TracedSample): Finding {
  const { reason, next } = reasonOf(one);
  return {
    severity: 'fault',
    looked: `packet ${describePacket(one.sample)}`,
    finding: `a packet ${describeFlow(one.sample)} must be masqueraded and is not, so its reply does not come back through this node: ${reason}`,
    next,
  };
}

/** Another program's rule that accepted the packet before ours, or a mark that is missing or has another value. */
function reasonOf({ trace }: TracedSample): { readonly reason: string; readonly next: string } {
  const rules = rulesToOutcome(trace, ({ verdict, masquerade }) => verdict === 'dnat' && !masquerade);
  const before = rules.find(({ hook, effect }) => hook === 'postrouting' && effect.kind === 'accept');
  if (before !== undefined) {
    const { position, chain, table, rule } = before;
    return {
      reason: `rule ${position} of chain ${chain} (${table}) accepts it before KUBE-POSTROUTING: ${rule}`,
      next: 'move that rule behind the jump to KUBE-POSTROUTING, or narrow it so that it leaves marked packets alone',
    };
  }
  const isMarked = rules.some(({ chain, effect }) => chain === 'KUBE-MARK-MASQ' && effect.kind === 'mark');
  return {
    reason: isMarked
      ? 'it is marked, and no rule of postrouting masquerades what has the mark'
      : 'no rule marks it for masquerading (KUBE-MARK-MASQ)',
    next: 'portolan diff shows how the rules differ from what the objects want',
  };
}
