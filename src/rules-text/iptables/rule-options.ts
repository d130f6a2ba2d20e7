import { WordReader } from './word-reader.ts';

/** An option of a rule with its values: `-d 10.0.0.1/32`, `! --dport 80:90`, `-j DNAT`. */
export interface Option {
  /** As iptables-save writes it: `--source` is `-s`. Empty for words that belong to no option. */
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
  /** As the line has it. */
  readonly text: string;
}

/** Reads the options of a rule, behind its chain. `!` stands before an option or, as of old, before its first value. */
export function readOptions(line: string): readonly Option[] {
  const words = new WordReader(line, specificationStart(line));
  const reader = new OptionReader(line);
  while (words.next()) reader.add(words);
  return reader.finish();
}

/** Behind `-A CHAIN`, where that stands. */
function specificationStart(line: string): number {
  if (!line.startsWith('-A ')) return 0;
  const end = line.indexOf(' ', 3);
  return end === -1 ? line.length : end;
}

/** The first option of that name in a rule, with or without its chain before it. */
export function findOption(rule: string, name: string): Option | undefined {
  // Rules are many, and most have no such option.
  if (!rule.includes(name)) return undefined;
  return readOptions(rule).find((option) => option.name === name);
}

/** The chain that a rule jumps to or the target that it has; empty where it has none. */
export function ruleTarget(rule: string): string {
  for (const words = new WordReader(rule, 0); words.next(); ) {
    if (!words.quoted && (words.word === '-j' || words.word === '-g')) return words.next() ? words.word : '';
  }
  return '';
}

class OptionReader {
  readonly #line: string;
  readonly #options: OpenOption[] = [];
  #current: OpenOption | undefined;
  /** Where a `!` stands that nothing has followed yet. */
  #negation: number | undefined;

  constructor(line: string) {
    this.#line = line;
  }

  add({ word, quoted, start, end }: WordReader): void {
    const current = this.#current;
    if (quoted || (current !== undefined && takesNextWord(current))) this.#addValue(word, start, end);
    else if (isOption(word)) this.#open(word, start, end);
    else if (word === '!' && this.#negation === undefined) this.#negation = start;
    else this.#addValue(word, start, end);
  }

  finish(): readonly Option[] {
    if (this.#negation !== undefined) this.#open('', this.#negation, this.#line.length);
    return this.#options;
  }

  #open(word: string, start: number, end: number): void {
    const option = new OpenOption(this.#line, this.#negation ?? start, end);
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals === -1 ? word : word.slice(0, equals);
    option.name = longForms.get(name) ?? name;
    option.negated = this.#negation !== undefined;
    if (equals !== -1) option.add(word.slice(equals + 1), end);
    this.#options.push(option);
    this.#current = option;
    this.#negation = undefined;
  }

  #addValue(word: string, start: number, end: number): void {
    const isFirst = this.#current?.values.length === 0;
    if (this.#current === undefined || (this.#negation !== undefined && !isFirst)) this.#open('', start, end);
    else if (this.#negation !== undefined) this.#current.negated = !this.#current.negated;
    this.#negation = undefined;
    this.#current?.add(word, end);
  }
}

const none: readonly string[] = [];

class OpenOption implements Option {
  name = '';
  negated = false;
  /** Nearly all have one: an array of its own size takes less than one that grows. */
  values: readonly string[] = none;
  readonly #line: string;
  readonly #start: number;
  #end: number;

  constructor(line: string, start: number, end: number) {
    this.#line = line;
    this.#start = start;
    this.#end = end;
  }

  get text(): string {
    return this.#line.slice(this.#start, this.#end);
  }

  add(value: string, end: number): void {
    this.values = this.values === none ? [value] : [...this.values, value];
    this.#end = end;
  }
}

/** `-d`, `--dport`; not `-`, nor a negative number. */
function isOption(word: string): boolean {
  if (word.charCodeAt(0) !== dash) return false;
  return word.length === 2 ? word > '-1' : word.charCodeAt(1) === dash && word.length > 2;
}

const dash = 0x2d;

function takesNextWord({ name, values }: Option): boolean {
  return values.length === 0 && ofFreeText.has(name);
}

/** Their value is any text, which iptables-save quotes only where it has to: a comment can be `-j`. */
const ofFreeText: ReadonlySet<string> = new Set([
  '--comment',
  '--log-prefix',
  '--nflog-prefix',
  '--ulog-prefix',
  '--string',
  '--hex-string',
]);

const longForms: ReadonlyMap<string, string> = new Map([
  ['--source', '-s'],
  ['--src', '-s'],
  ['--destination', '-d'],
  ['--dst', '-d'],
  ['--protocol', '-p'],
  ['--proto', '-p'],
  ['--in-interface', '-i'],
  ['--out-interface', '-o'],
  ['--fragment', '-f'],
  ['--fragments', '-f'],
  ['--match', '-m'],
  ['--jump', '-j'],
  ['--goto', '-g'],
  ['--set-counters', '-c'],
  ['--ipv4', '-4'],
  ['--ipv6', '-6'],
  ['--source-port', '--sport'],
  ['--destination-port', '--dport'],
  ['--source-ports', '--sports'],
  ['--destination-ports', '--dports'],
]);
