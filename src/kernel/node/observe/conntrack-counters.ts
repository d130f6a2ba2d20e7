import { readFile } from 'node:fs/promises';
import { Unobservable } from '../../unobservable.ts';
import type { ConntrackCounters, NeighbourTable } from '../machine.ts';
import { readSysctl } from '../sysctl.ts';

/** How full the table of connections is, and what it cost since boot. */
export async function observeConntrack(): Promise<ConntrackCounters> {
  const [entries, max, buckets] = await Promise.all(
    ['count', 'max', 'buckets'].map((name) => readSysctl(`net/netfilter/nf_conntrack_${name}`)),
  );
  if (entries === undefined || max === undefined || buckets === undefined)
    throw new Unobservable('the kernel tracks no connections: nf_conntrack is not loaded');
  const counter = columnSums(await readFile('/proc/net/stat/nf_conntrack', 'utf8').catch(() => ''));
  return {
    entries,
    max,
    buckets,
    earlyDrop: counter('early_drop'),
    drop: counter('drop'),
    insertFailed: counter('insert_failed'),
  };
}

/** How full the tables of neighbours are. Only the machine's first network namespace has their limits. */
export async function observeNeighbourTables(): Promise<readonly NeighbourTable[]> {
  const tables = await Promise.all(
    neighbourFiles.map(async ({ family, settings, counters }) => {
      const max = await readSysctl(`${settings}/gc_thresh3`);
      const text = await readFile(`/proc/net/stat/${counters}`, 'utf8').catch(() => '');
      // Every line tells of the whole table, but of refusals by its own processor.
      const entries = Number.parseInt(text.split('\n')[1]?.trim().split(/\s+/)[0] ?? '', 16);
      if (max === undefined || Number.isNaN(entries)) return [];
      return [{ family, entries, max, refused: columnSums(text)('table_fulls') }];
    }),
  );
  return tables.flat();
}

const neighbourFiles = [
  { family: 'IPv4', settings: 'net/ipv4/neigh/default', counters: 'arp_cache' },
  { family: 'IPv6', settings: 'net/ipv6/neigh/default', counters: 'ndisc_cache' },
] as const;

/** The sums of named columns: a line for each processor, in hexadecimal, below a line of names. */
function columnSums(text: string): (name: string) => number {
  const [header = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return (name) => {
    const at = header.indexOf(name);
    return at === -1 ? 0 : rows.reduce((sum, row) => sum + Number.parseInt(row[at] ?? '0', 16), 0);
  };
}

/** How many packets the reverse path filter of this network namespace dropped. */
export async function observeReversePathDrops(): Promise<number> {
  const lines = (await readFile('/proc/net/netstat', 'utf8')).split('\n');
  const [names = [], values = []] = lines
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('IPReversePathFilter')] ?? 0);
}
