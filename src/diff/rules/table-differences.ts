import type { Family } from '../../net/family.ts';
import type { Table } from '../../nftables/table/table.ts';
import { tableDifference } from '../../nftables/table/table-difference.ts';
import type { Dialect, Difference } from './difference.ts';

/** The chains, maps and sets of a table of nftables that differ. */
export function* tableDifferences(
  family: Family,
  dialect: Exclude<Dialect, 'iptables'>,
  before: Table,
  after: Table,
): Iterable<Difference> {
  for (const { part, live, wanted } of tableDifference(before, after)) {
    const [kind = '', name = ''] = part.split(/ (.*)/s);
    yield {
      family,
      part: { kind: kind === 'map' || kind === 'set' ? kind : 'chain', table: dialect, name },
      before: live,
      after: wanted,
    };
  }
}
