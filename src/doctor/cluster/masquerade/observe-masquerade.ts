import type { Family } from '../../../net/family.ts';
import type { Rule } from '../../../rules-text/rule.ts';
import { requireObjects, type Subject } from '../../doctor-check.ts';
import { plansOf } from '../plans-of.ts';
import { tracedSamples } from '../service-path/traced-samples.ts';
import { allPlans } from '../services.ts';
import type { LocalDetection } from './local-detection.ts';
import { localPods } from './local-pods.ts';
import type { MasqueradeObserved, MasqueradeRules } from './masquerade.ts';

export async function observeMasquerade(subject: Subject): Promise<MasqueradeObserved> {
  const [rules, samples, detection] = await Promise.all([
    Promise.all(subject.families.map((family) => rulesOf(subject, family))),
    tracedSamples(subject),
    detectionOf(subject),
  ]);
  return { rules, samples, detection };
}

async function rulesOf({ live, config }: Subject, family: Family): Promise<MasqueradeRules> {
  const table = await natTable(family, live, config.mode);
  const base = config.mode === 'nftables' ? 'nat-postrouting' : 'POSTROUTING';
  const [entry, before, own] = await Promise.all(
    ['KUBE-SERVICES', base, 'KUBE-POSTROUTING'].map((chain) => live.chain(family, table, chain)),
  );
  return {
    family,
    table,
    programmed: entry !== undefined && entry !== 'absent',
    jump: isList(before) && before.some((rule) => leadsTo(rule, 'KUBE-POSTROUTING')),
    masquerade:
      isList(own) && own.some(({ statements }) => statements.some(({ kind }) => kind === 'masquerade')),
  };
}

/** Of both variants of iptables, the table nat that has the Services. */
async function natTable(
  family: Family,
  live: Subject['live'],
  mode: Subject['config']['mode'],
): Promise<string> {
  if (mode === 'nftables') return `nft ${family === 'IPv4' ? 'ip' : 'ip6'} portolan`;
  const tables = (await live.tables(family)).filter((name) => /^ip6?tables(-\w+)? nat$/.test(name));
  for (const table of tables) {
    if ((await live.chain(family, table, 'KUBE-SERVICES')) !== 'absent') return table;
  }
  return tables[0] ?? `${family === 'IPv4' ? 'iptables' : 'ip6tables'} nat`;
}

function isList(rules: readonly Rule[] | 'absent' | undefined): rules is readonly Rule[] {
  return rules !== undefined && rules !== 'absent';
}

function leadsTo({ statements }: Rule, chain: string): boolean {
  return statements.some(
    (statement) =>
      statement.kind === 'verdict' && 'chain' in statement.verdict && statement.verdict.chain === chain,
  );
}

async function detectionOf(subject: Subject): Promise<LocalDetection> {
  const { state } = requireObjects(subject);
  return {
    detectLocal: subject.config.detectLocal,
    podCIDRs: state.node?.podCIDRs ?? [],
    pods: localPods(allPlans(plansOf(subject)), subject.live.localAddresses()),
    interfaces: (await subject.machine.interfaces()).map(({ name }) => name),
  };
}
