import { readFile } from 'node:fs/promises';
import { ToolError } from '../../backend/failure.ts';
import { readLiveRules } from '../../iptables/saved-rules.ts';
import { type Family, families } from '../../net/family.ts';
import { type IptablesVariant, iptablesVariants } from '../../rules-text/iptables/variants.ts';
import type { IptablesHolding } from '../live-view.ts';
import { Unobservable } from '../unobservable.ts';
import { iptablesTool } from './iptables-tool.ts';

/** What both variants of iptables hold. Throws an `Unobservable` where that cannot be read. */
export async function iptablesHoldings(): Promise<readonly IptablesHolding[]> {
  const found = await Promise.all(
    iptablesVariants.flatMap((variant) => families.map((family) => holdingOf(variant, family))),
  );
  return found.flat();
}

async function holdingOf(variant: IptablesVariant, family: Family): Promise<readonly IptablesHolding[]> {
  if (variant === 'legacy' && !(await hasLegacyTables(family))) return [];
  try {
    return [{ variant, family, rules: await readLiveRules(iptablesTool(family, variant).save()) }];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // Without the command no program of this machine has written such rules, or only a container has.
    if (error.failure === 'missing') return [];
    throw new Unobservable(error.message, { cause: error });
  }
}

/** Looking by the command would load the modules, and make empty tables. */
async function hasLegacyTables(family: Family): Promise<boolean> {
  const file = family === 'IPv4' ? '/proc/net/ip_tables_names' : '/proc/net/ip6_tables_names';
  return (await readFile(file, 'utf8').catch(() => '')).trim() !== '';
}
