import type { Family } from '../../../net/family.ts';
import type { Rule } from '../../../rules-text/rule.ts';
import { type DoctorContext, requireObjects } from '../../doctor-check.ts';
import { plansOf } from '../plans-of.ts';
import { tracedSamples } from '../service-path/traced-samples.ts';
import { allPlans } from '../services.ts';
import type { LocalDetection } from './local-detection.ts';
import { localPods } from './local-pods.ts';
import type { MasqueradeObserved, MasqueradeRules } from './masquerade.ts';

export async function observeMasquerade(context: DoctorContext): Promise<MasqueradeObserved> {
  const [rules, samples, detection] = await Promise.all([
    Promise.all(context.families.map((family) => rulesOf(context, family))),
    tracedSamples(context),
    detectionOf(context),
  ]);
  return { rules, samples, detection };
}

async function rulesOf({ live, config }: DoctorContext, family: Family): Promise<MasqueradeRules> {
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

/** The table nat of the iptables variant that has the Services. */
async function natTable(
  family: Family,
  live: DoctorContext['live'],
  mode: DoctorContext['config']['mode'],
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

async function detectionOf(context: DoctorContext): Promise<LocalDetection> {
  const { state } = requireObjects(context);
  return {
    detectLocal: context.config.detectLocal,
    podCIDRs: state.node?.podCIDRs ?? [],
    pods: localPods(allPlans(plansOf(context)), context.live.localAddresses()),
    interfaces: (await context.machine.interfaces()).map(({ name }) => name),
  };
}
