import type { ChainName, SetName } from '../../src/nftables/names.ts';
import type { Data, Key, Rule } from '../../src/nftables/table/table.ts';
import type { Element, Step } from '../../src/nftables/table/table-transaction.ts';

/** One step of a transaction, and the table that it changes: `ip portolan`. */
export interface Command {
  readonly table: string;
  readonly step: Step;
}

/** Reads back what `formatTransaction` writes, and nothing else of nft's language: one command a line. */
export function parseTransaction(text: string): readonly Command[] {
  const commands: Command[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const command = parseLine(line);
    const joined = join(commands.at(-1), command);
    if (joined !== undefined) commands.pop();
    commands.push(joined ?? command);
  }
  return commands;
}

const form = /^(add|delete|flush) (table|map|set|chain|rule|element) (ip6? [\w-]+)(?: (\S+))?(?: (.*))?$/;

function parseLine(line: string): Command {
  const [, verb, noun, table = '', name = '', rest = ''] = form.exec(line) ?? [];
  const step = parseStep(`${verb} ${noun}`, name, rest);
  if (step === undefined) throw new Error(`no command of a transaction: ${line}`);
  return { table, step };
}

function parseStep(command: string, name: string, rest: string): Step | undefined {
  const [set, chain] = [name as SetName, name as ChainName];
  switch (command) {
    case 'add table':
      return { kind: 'add-table' };
    case 'delete table':
      return { kind: 'delete-table' };
    case 'add map':
    case 'add set': {
      const properties = inBraces(rest).replace(/;$/, '').split('; ');
      return { kind: 'add-set', set: { name: set, kind: command === 'add map' ? 'map' : 'set', properties } };
    }
    case 'delete set':
      return { kind: 'delete-set', name: set };
    case 'add chain':
      return { kind: 'add-chain', chain: { name: chain, hook: rest === '' ? undefined : inBraces(rest) } };
    case 'flush chain':
      return { kind: 'flush-chain', name: chain };
    case 'add rule':
      return { kind: 'add-rules', name: chain, rules: [rest as Rule] };
    case 'delete chain':
      return { kind: 'delete-chain', name: chain };
    case 'add element':
      return { kind: 'add-elements', set, elements: inBraces(rest).split(', ').map(parseElement) };
    case 'delete element':
      return { kind: 'delete-elements', set, keys: inBraces(rest).split(', ') as Key[] };
    default:
      return undefined;
  }
}

function parseElement(text: string): Element {
  const [, key = text, data = ''] = /^(.*?) (?:: |(?=comment "))(.*)$/.exec(text) ?? [];
  return [key as Key, data as Data];
}

function inBraces(text: string): string {
  const [, inner] = /^\{ (.*) \}$/.exec(text) ?? [];
  if (inner === undefined) throw new Error(`not in braces: ${text}`);
  return inner;
}

/** Two lines that are one step: a table is added before it is deleted, and rules of a chain come one a line. */
function join(before: Command | undefined, { table, step }: Command): Command | undefined {
  if (before?.table !== table) return undefined;
  if (before.step.kind === 'add-table' && step.kind === 'delete-table') return { table, step };
  if (before.step.kind !== 'add-rules' || step.kind !== 'add-rules' || before.step.name !== step.name)
    return undefined;
  return { table, step: { ...step, rules: [...before.step.rules, ...step.rules] } };
}
