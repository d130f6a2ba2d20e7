import type { Gauge } from 'prom-client';
import type { RestoreInput } from '../../iptables/restore-input.ts';
import type { RuleTool } from '../../iptables/rule-tool.ts';
import { type Family, families } from '../../net/family.ts';
import { readSaveLines, SaveLine } from '../../rules-text/iptables/save-line.ts';
import type { Instruments } from './instruments.ts';

/** The tables whose rules kube-proxy counts. */
const tables = ['filter', 'nat'] as const;
type Table = (typeof tables)[number];

interface Counts {
  filter: number;
  nat: number;
}

interface FamilyCounts {
  /** The proxy's rules in the kernel as of the last read. */
  read: Counts;
  /** Rules written since then. */
  added: Counts;
  /** Rules written since the last sync began. */
  written: Counts;
  /** The number of writes: a read during a write counts neither the old rules nor the new. */
  writes: number;
}

/**
 * The number of iptables rules, counted on their way to and from the kernel: nothing is read or rendered for it. The
 * total is that of the last read, or of what was written since if that found none.
 */
export class RuleCounts {
  readonly #families: Readonly<Record<Family, FamilyCounts>> = {
    IPv4: { read: none(), added: none(), written: none(), writes: 0 },
    IPv6: { read: none(), added: none(), written: none(), writes: 0 },
  };

  /** Rules written from now on belong to the next sync of the family. */
  syncStarts(family: Family): void {
    this.#families[family].written = none();
  }

  /** Registers the metrics, as gauges like kube-proxy's. */
  register(instruments: Instruments): void {
    const labels = ['ip_family', 'table'] as const;
    const name = 'kubeproxy_sync_proxy_rules_iptables';
    instruments.collectedGauge(
      `${name}_total`,
      "Number of the proxy's iptables rules",
      (gauge) => this.#collect(gauge, ({ read, added }, table) => read[table] || added[table]),
      labels,
    );
    instruments.collectedGauge(
      `${name}_last`,
      'Number of iptables rules that the last sync wrote',
      (gauge) => this.#collect(gauge, ({ written }, table) => written[table]),
      labels,
    );
  }

  /** Passes on the lines of iptables-save and counts the proxy's rules in them. */
  async *countRead(family: Family, lines: AsyncIterable<string>): AsyncIterable<string> {
    const counts = this.#families[family];
    const writes = counts.writes;
    const found = none();
    let table: Table | undefined;
    const line = new SaveLine();
    for await (const text of lines) {
      line.read(text);
      if (line.kind === 'table') table = tables.find((name) => line.isNamed(name));
      else if (table !== undefined && isOurRule(line)) found[table] += 1;
      yield text;
    }
    if (counts.writes !== writes) return;
    counts.read = found;
    counts.added = none();
  }

  /** Writes the input and counts its rules if that succeeds. */
  async countWritten(
    family: Family,
    input: RestoreInput,
    write: (input: RestoreInput) => Promise<void>,
  ): Promise<void> {
    const counts = this.#families[family];
    const passed = none();
    counts.writes += 1;
    await write(countLines(input, passed));
    counts.writes += 1;
    for (const table of tables) {
      counts.added[table] += passed[table];
      counts.written[table] += passed[table];
    }
  }

  #collect(gauge: Gauge<'ip_family' | 'table'>, value: (counts: FamilyCounts, table: Table) => number): void {
    for (const family of families) {
      for (const table of tables) {
        gauge.labels({ ip_family: family, table }).set(value(this.#families[family], table));
      }
    }
  }
}

/** The tool with its rules counted. */
export function countedTool(tool: RuleTool, family: Family, counts: RuleCounts): RuleTool {
  return {
    batchSize: tool.batchSize,
    save: (signal) => counts.countRead(family, tool.save(signal)),
    restore: (input, signal) =>
      counts.countWritten(family, input, (passing) => tool.restore(passing, signal)),
  };
}

function none(): Counts {
  return { filter: 0, nat: 0 };
}

/** Whether the rule is in one of the proxy's chains, or jumps to one. */
function isOurRule(line: SaveLine): boolean {
  return line.kind === 'rule' && (line.rule.startsWith('-A KUBE-') || line.rule.includes(' -j KUBE-'));
}

/** Counts rules in pieces of input, which each end with a whole line. */
function* countLines(input: RestoreInput, counts: Counts): RestoreInput {
  let table: Table | undefined;
  for (const piece of input) {
    readSaveLines(piece, (line) => {
      if (line.kind === 'table') table = tables.find((name) => line.isNamed(name));
      else if (table !== undefined && (line.kind === 'rule' || line.kind === 'insertion')) counts[table] += 1;
    });
    yield piece;
  }
}
