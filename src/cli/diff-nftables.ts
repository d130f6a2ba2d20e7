import type { ProxyConfig } from '../config/proxy-config.ts';
import { nftTool } from '../kernel/nft-tool.ts';
import { type Family, families } from '../net/family.ts';
import { readLiveTable } from '../nftables/live-table.ts';
import { tableName } from '../nftables/names.ts';
import { nftFamily } from '../nftables/options.ts';
import { readTable } from '../nftables/read-table.ts';
import type { Table } from '../nftables/table.ts';
import { tableDifference } from '../nftables/table-difference.ts';
import { desiredTable } from './desired-table.ts';
import type { Difference, DiffOptions } from './diff.ts';
import { factsOfSide, readSavedFile } from './diff-side.ts';
import { UserError } from './exit-status.ts';
import type { LoadedState } from './inputs.ts';

/** What a sync in mode nftables would change: chains, maps and sets, and of these the elements. */
export async function* nftablesDifferences(
  loaded: LoadedState,
  config: ProxyConfig,
  options: DiffOptions,
): AsyncIterable<Difference> {
  const sides = options.against === 'live' ? await liveSides(options) : await savedSides(options);
  for (const { family, table } of sides) {
    const facts = await factsOfSide(options.against, loaded, config);
    const wanted = desiredTable(family, loaded, config, facts, table);
    for (const { part, live, wanted: after } of tableDifference(table, wanted)) {
      yield { title: `${family} ${part}`, other: live, wanted: after };
    }
  }
}

/** The table of one family on the side that is compared with. */
interface Side {
  readonly family: Family;
  readonly table: Table;
}

async function liveSides({ family }: DiffOptions): Promise<readonly Side[]> {
  const { tool } = await nftTool({ way: 'command' });
  return Promise.all(
    (family === undefined ? families : [family]).map(async (one) => ({
      family: one,
      table: await readLiveTable(tool, one),
    })),
  );
}

/** A file may hold whole rule sets: what is not in a table of ours does not count. */
async function savedSides({ against, family }: DiffOptions): Promise<readonly Side[]> {
  const text = await readSavedFile(against);
  const sides = families.flatMap((one): Side[] => {
    const block = new RegExp(`^table ${nftFamily(one)} ${tableName} \\{.*?^\\}`, 'ms').exec(text)?.[0];
    return block === undefined || (family ?? one) !== one ? [] : [{ family: one, table: readTable(block) }];
  });
  if (sides.length === 0)
    throw new UserError(
      `--against ${against}: holds no table ${tableName}; it must be what "nft list table ip ${tableName}" or "nft list ruleset" prints`,
    );
  return sides;
}
