import { ToolError } from '../backend/failure.ts';
import type { ProxyMode } from '../config/proxy-config.ts';
import { removalInput } from '../iptables/removal.ts';
import { readSavedTables } from '../iptables/saved-rules.ts';
import { iptablesTool } from '../kernel/iptables/iptables-tool.ts';
import { isVariantUsed } from '../kernel/iptables/iptables-variant.ts';
import { deleteTable } from '../kernel/netlink/nf-tables/netlink-table.ts';
import { type Family, families } from '../net/family.ts';
import { tableName } from '../nftables/names.ts';
import { nftFamily } from '../nftables/nftables-options.ts';
import { type IptablesVariant, iptablesVariants } from '../rules-text/iptables/variants.ts';

/**
 * Removes one part of what proxies leave; resolves to what it removed, in words. Throws a `ToolError` that names what may still
 * stand.
 */
export type Removal = () => Promise<readonly string[]>;

/** kube-proxy's table in mode nftables. */
const kubeProxyTable = 'kube-proxy';

/** What removes all that Portolan and kube-proxy have left in nft tables and, in both variants, in iptables chains. */
export function allRemovals(): readonly Removal[] {
  return [...tableRemovals([kubeProxyTable, tableName], families), ...chainRemovals(families)];
}

/** What removes the rules of one family that kube-proxy, or Portolan in its other mode, has left. */
export function othersRemovals(mode: ProxyMode, family: Family): readonly Removal[] {
  if (mode === 'iptables') return tableRemovals([kubeProxyTable, tableName], [family]);
  return [...tableRemovals([kubeProxyTable], [family]), ...chainRemovals([family])];
}

function tableRemovals(names: readonly string[], of: readonly Family[]): readonly Removal[] {
  return names.flatMap((name) =>
    of.map((each) => {
      const family = nftFamily(each);
      return removal(`the table ${family} ${name}`, () => deleteTable(family, name));
    }),
  );
}

function chainRemovals(of: readonly Family[]): readonly Removal[] {
  return iptablesVariants.flatMap((variant) =>
    of.map((family) =>
      removal(`the ${family} rules (iptables-${variant})`, () => removeChains(family, variant)),
    ),
  );
}

async function removeChains(family: Family, variant: IptablesVariant): Promise<boolean> {
  if (!(await isVariantUsed(variant))) return false;
  const tool = iptablesTool(family, variant);
  const lines = await Array.fromAsync(tool.save());
  const input = removalInput(readSavedTables(lines.join('\n')));
  if (input !== '') await tool.restore([input]);
  return input !== '';
}

/** `remove` tells whether there was anything to be removed. */
function removal(what: string, remove: () => Promise<boolean>): Removal {
  return async () => {
    try {
      return (await remove()) ? [what] : [];
    } catch (cause) {
      if (!(cause instanceof ToolError)) throw cause;
      throw new ToolError(cause.failure, `${what} cannot be removed: ${cause.message}`, { cause });
    }
  };
}
