import { ruleTarget } from '../rules-text/iptables/rule-options.ts';
import { readSaveLines } from '../rules-text/iptables/save-line.ts';
import type { ChainName } from './chain-names.ts';
import { type IptablesOptions, masqueradeMark } from './iptables-options.ts';
import type { Rule } from './rule-builder.ts';

/** The tables that Portolan writes to. */
export type TableName = 'mangle' | 'filter' | 'nat';

/** Chains with their rules, table by table. */
export type Tables = ReadonlyMap<TableName, ReadonlyMap<ChainName, readonly Rule[]>>;

/** A rule of a base chain that leads into a chain of ours. */
export interface BaseJump {
  readonly table: TableName;
  /** INPUT, PREROUTING, … */
  readonly from: ChainName;
  readonly target: ChainName;
  readonly rule: Rule;
}

/**
 * The chains that no Service changes, from the text of rules/iptables/skeleton.rules.
 * Chains without a rule there are filled by Services, or stay empty.
 */
export function skeletonTables(text: string, options: IptablesOptions): Tables {
  const tables = new Map<TableName, Map<ChainName, Rule[]>>();
  for (const { table, chain, rule } of readRuleFile(text, conditions(options))) {
    const chains = tables.get(table) ?? new Map<ChainName, Rule[]>();
    const rules = chains.get(chain) ?? [];
    if (rule !== undefined) rules.push(fillIn(rule, options));
    tables.set(table, chains.set(chain, rules));
  }
  return tables;
}

/** The jumps from base chains, in the order in which they stand in rules/iptables/jumps.rules. */
export function baseJumps(text: string): readonly BaseJump[] {
  return readRuleFile(text, new Set()).flatMap(({ table, chain, rule }) => {
    const target = ruleTarget(rule ?? '');
    if (rule === undefined || target === '') throw new Error(`a jump without a target in ${table} ${chain}`);
    return [{ table, from: chain, target: target as ChainName, rule: rule as Rule }];
  });
}

interface FileLine {
  readonly table: TableName;
  readonly chain: ChainName;
  /** Absent where the line only declares the chain. */
  readonly rule: string | undefined;
}

function readRuleFile(text: string, holding: ReadonlySet<string>): readonly FileLine[] {
  const lines: FileLine[] = [];
  let table: TableName | undefined;
  let kept = true;
  readSaveLines(text, (line) => {
    const condition = line.kind === 'remark' ? /^# when (\S+)$/.exec(line.text)?.[1] : undefined;
    if (condition !== undefined) kept = holding.has(condition);
    if (line.kind === 'remark') return;
    if (line.kind === 'table') table = tableName(line.name);
    if (kept && table !== undefined && (line.kind === 'chain' || line.kind === 'rule')) {
      const rule = line.kind === 'rule' ? line.specification : undefined;
      lines.push({ table, chain: line.name as ChainName, rule });
    }
    kept = true;
  });
  return lines;
}

function tableName(text: string): TableName {
  if (text === 'mangle' || text === 'filter' || text === 'nat') return text;
  throw new Error(`rules/iptables names the table ${text}; allowed are mangle, filter and nat`);
}

function conditions({ localhostNodePorts, dropInvalid, family }: IptablesOptions): ReadonlySet<string> {
  const holding = new Set<string>();
  if (localhostNodePorts && family === 'IPv4') holding.add('localhost-node-ports');
  if (dropInvalid) holding.add('drop-invalid');
  return holding;
}

function fillIn(rule: string, options: IptablesOptions): Rule {
  const countInvalid = options.packetCounters.has('ct_state_invalid_dropped_pkts');
  return rule
    .replaceAll('{mark}', masqueradeMark(options))
    .replace('{random-fully}', options.randomFully ? '--random-fully' : '')
    .replace('{count-invalid}', countInvalid ? '-m nfacct --nfacct-name ct_state_invalid_dropped_pkts' : '')
    .replace(/ {2,}/g, ' ')
    .trim() as Rule;
}
