import type { ProxyMode } from '../config/proxy-config.ts';
import { removalInput } from '../iptables/removal.ts';
import { readSavedTables } from '../iptables/saved-rules.ts';
import { iptablesTool } from '../kernel/iptables/iptables-tool.ts';
import { usedVariants } from '../kernel/iptables/iptables-variant.ts';
import { nftCommand } from '../kernel/nft/nft-command.ts';
import { removeTables } from '../kernel/nft/nft-tables.ts';
import { type Family, families } from '../net/family.ts';
import { tableName } from '../nftables/names.ts';
import type { IptablesVariant } from '../rules-text/iptables/iptables-variants.ts';
import type { SyncOutcome } from '../sync/sync-event.ts';

/** kube-proxy's table in mode nftables. */
const kubeProxyTable = 'kube-proxy';

/**
 * Removes what kube-proxy, or Portolan in its other mode, has left on the node, once and only when the rules of this
 * mode are in force: until then the old ones carry the traffic.
 */
export class TakeOver {
  readonly #mode: ProxyMode;
  readonly #report: (message: string) => void;
  readonly #pending = new Set<Family>(families);
  #done = false;

  constructor(mode: ProxyMode, report: (message: string) => void) {
    this.#mode = mode;
    this.#report = report;
  }

  /** To be called after each sync. What cannot be removed is reported, and does no harm beside ours. */
  async after(outcomes: readonly SyncOutcome[]): Promise<void> {
    for (const { family, result } of outcomes) if (result === 'done') this.#pending.delete(family);
    if (this.#done || this.#pending.size > 0) return;
    this.#done = true;
    try {
      for (const removal of await removeOthers(this.#mode)) {
        for (const removed of await removal()) this.#report(`removed ${removed}`);
      }
    } catch (error) {
      this.#report(
        `rules of another proxy may still stand: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

function removeOthers(mode: ProxyMode): Promise<readonly Removal[]> {
  return mode === 'nftables' ? removals([kubeProxyTable]) : Promise.resolve([tablesRemoval()]);
}

/** Removes one part of what proxies leave; returns what it removed, in words. */
export type Removal = () => Promise<readonly string[]>;

/** What removes the named nft tables and, in both variants and families, the chains of Portolan and kube-proxy. */
export async function removals(
  tables: readonly string[] = [kubeProxyTable, tableName],
): Promise<readonly Removal[]> {
  const variants = await variantsInUse();
  return [
    tablesRemoval(tables),
    ...variants.flatMap((variant) =>
      families.map(
        (family): Removal =>
          () =>
            removeRules(family, variant),
      ),
    ),
  ];
}

/** Where the command nft is missing there is no table to remove. */
function tablesRemoval(names: readonly string[] = [kubeProxyTable, tableName]): Removal {
  return async () => {
    try {
      return (await removeTables(nftCommand(), names)).map((title) => `the table ${title}`);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  };
}

async function variantsInUse(): Promise<readonly IptablesVariant[]> {
  try {
    return await usedVariants();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function removeRules(family: Family, variant: IptablesVariant): Promise<readonly string[]> {
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
