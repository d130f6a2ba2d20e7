import { readFile } from 'node:fs/promises';
import type { Family } from '../../net/family.ts';
import { readIptablesRules } from '../../rules-text/iptables/read-rules.ts';
import { listBy } from '../list-by.ts';
import { LiveRulesError, type LiveTable, listingFailed } from '../live-table.ts';
import { notInstalled } from '../tool-words.ts';
import { wholeTable } from './live-nft-variant-table.ts';

/**
 * The tables of iptables-legacy, each read whole: the kernel gives no less. Only those that the kernel has, since to ask
 * for another one would load its module and make it. Throws a `LiveRulesError`.
 */
export async function openLegacyTables(family: Family): Promise<readonly LiveTable[]> {
  const names = await tableNames(family);
  const command = family === 'IPv4' ? 'iptables-legacy-save' : 'ip6tables-legacy-save';
  const tables = await Promise.all(names.map((name) => readTable(command, name, family)));
  return tables.flat();
}

async function tableNames(family: Family): Promise<readonly string[]> {
  const file = family === 'IPv4' ? '/proc/net/ip_tables_names' : '/proc/net/ip6_tables_names';
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((name) => name !== '');
}

async function readTable(command: string, name: string, family: Family): Promise<readonly LiveTable[]> {
  const listed = await listBy(command, ['-t', name]);
  switch (listed.kind) {
    case 'printed':
      return readIptablesRules(listed.text, { family, variant: 'legacy' }).map(wholeTable);
    case 'missing':
      throw new LiveRulesError(
        `the kernel has rules of iptables-legacy (table ${name}), but ${notInstalled(command)}`,
      );
    case 'crashed':
    case 'failed':
      throw listingFailed(`${command} -t ${name}`, listed.said);
  }
}
