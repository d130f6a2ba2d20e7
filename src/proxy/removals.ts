import type { ProxyMode } from '../config/proxy-config.ts';
import { removalInput } from '../iptables/removal.ts';
import { readSavedTables } from '../iptables/saved-rules.ts';
import { iptablesTool } from '../kernel/iptables/iptables-tool.ts';
import { usedVariants } from '../kernel/iptables/iptables-variant.ts';
import { nftCommand } from '../kernel/nft/nft-command.ts';
import { removeTables } from '../kernel/nft/nft-tables.ts';
import { type Family, families } from '../net/family.ts';
import { tableName } from '../nftables/names.ts';
import { type IptablesVariant, iptablesVariants } from '../rules-text/iptables/iptables-variants.ts';

/** Removes one part of what proxies leave; returns what it removed, in words. */
export type Removal = () => Promise<readonly string[]>;

/** kube-proxy's table in mode nftables. */
const kubeProxyTable = 'kube-proxy';

/** What removes all that Portolan and kube-proxy have left in nft tables and, in both variants, in iptables chains. */
export function allRemovals(): readonly Removal[] {
  return [tablesRemoval([kubeProxyTable, tableName], families), ...chainRemovals(families)];
}

/** What removes the rules of one family that kube-proxy, or Portolan in its other mode, has left. */
export function othersRemovals(mode: ProxyMode, family: Family): readonly Removal[] {
  if (mode === 'iptables') return [tablesRemoval([kubeProxyTable, tableName], [family])];
  return [tablesRemoval([kubeProxyTable], [family]), ...chainRemovals([family])];
}

/** Where the command nft is missing there is no table to remove. */
function tablesRemoval(names: readonly string[], of: readonly Family[]): Removal {
  return async () => {
    try {
      return (await removeTables(nftCommand(), names, of)).map((title) => `the table ${title}`);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  };
}

function chainRemovals(of: readonly Family[]): readonly Removal[] {
  return iptablesVariants.flatMap((variant) =>
    of.map(
      (family): Removal =>
        () =>
          removeChains(family, variant),
    ),
  );
}

async function variantsInUse(): Promise<readonly IptablesVariant[]> {
  try {
    return await usedVariants();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeChains(family: Family, variant: IptablesVariant): Promise<readonly string[]> {
  if (!(await variantsInUse()).includes(variant)) return [];
  const tool = iptablesTool(family, variant);
  const lines = await Array.fromAsync(tool.save());
  const input = removalInput(readSavedTables(lines.join('\n')));
  if (input === '') return [];
  await tool.restore([input]);
  return [`the ${family} rules (iptables-${variant})`];
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'failure' in error && error.failure === 'missing';
}
