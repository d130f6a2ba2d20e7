import type { Extension } from './extension.ts';
import { matchReaders } from './matches/matches.ts';
import type { Option } from './rule-options.ts';
import { targetReaders } from './targets/targets.ts';

/** The options of a rule, each with what it belongs to. */
export interface RuleParts {
  /** Those of iptables itself (addresses, protocol, interfaces), and whatever belongs to nothing. */
  readonly packet: readonly Option[];
  readonly matches: readonly Extension[];
  readonly target: Extension | undefined;
  /** The text of `-m comment`; empty where there is none. */
  readonly comment: string;
}

/** Sorts the options of a rule. */
export function rulePartsOf(options: readonly Option[]): RuleParts {
  const sorter = new OptionSorter();
  for (const option of options) sorter.add(option);
  return sorter.finish();
}

/** An extension whose options are still being read. */
interface OpenExtension extends Extension {
  readonly options: Option[];
  /** The options that it has; not known where absent. */
  readonly own: ReadonlySet<string> | undefined;
}

class OptionSorter {
  readonly #packet: Option[] = [];
  readonly #matches: OpenExtension[] = [];
  #target: OpenExtension | undefined;
  /** The latest extension; none after `-p`, whose own match comes first then. */
  #current: OpenExtension | undefined;
  #protocol = '';

  add(option: Option): void {
    if (option.name.startsWith('--')) this.#addOwned(option);
    else if (option.name === '-m' && option.values.length === 1 && !option.negated)
      this.#matches.push(this.#open('-m', option));
    else if ((option.name === '-j' || option.name === '-g') && this.#target === undefined && !option.negated)
      this.#target = this.#open(option.name, option);
    else this.#addOfPacket(option);
  }

  finish(): RuleParts {
    const matches = this.#matches;
    return { packet: this.#packet, matches, target: this.#target, comment: commentOf(matches) };
  }

  #open(option: Extension['option'], { values }: Option): OpenExtension {
    const name = values.join(' ');
    const own = (option === '-m' ? matchReaders : targetReaders).get(name)?.options;
    this.#current = { option, name, options: [], own };
    return this.#current;
  }

  #addOfPacket(option: Option): void {
    this.#packet.push(option);
    if (option.name !== '-p') return;
    this.#protocol = option.values.join(' ').toLowerCase();
    this.#current = undefined;
  }

  /** The latest extension has it, unless it has no such option and another one has. */
  #addOwned(option: Option): void {
    const { name } = option;
    const current = this.#current;
    if (current === undefined || current.own?.has(name) === false) {
      const all = this.#target === undefined ? this.#matches : [...this.#matches, this.#target];
      this.#current =
        all.findLast(({ own }) => own?.has(name)) ?? this.#openMatchOfProtocol(name) ?? current ?? all.at(-1);
    }
    (this.#current?.options ?? this.#packet).push(option);
  }

  /** `-p tcp --dport 80` needs no `-m tcp` in rules that people write: iptables loads the protocol's match by itself. */
  #openMatchOfProtocol(option: string): OpenExtension | undefined {
    const reader = matchReaders.get(this.#protocol);
    if (reader === undefined || reader.options?.has(option) === false) return undefined;
    const opened: OpenExtension = { option: '-m', name: this.#protocol, options: [], own: reader.options };
    this.#matches.push(opened);
    return opened;
  }
}

function commentOf(matches: readonly Extension[]): string {
  const comments: string[] = [];
  for (const { name, options } of matches) {
    if (name === 'comment') for (const { values } of options) comments.push(values.join(' '));
  }
  return comments.join(' ');
}
