import type { Family } from '../../net/family.ts';
import type { Statement } from '../rule.ts';
import type { Option } from './rule-options.ts';

/** A match or a target with its options: `-m tcp --dport 80`, `-j DNAT --to-destination 10.244.1.1:80`. */
export interface Extension {
  readonly option: '-m' | '-j' | '-g';
  readonly name: string;
  readonly options: readonly Option[];
}

/** Reads a match or target of one name. */
export interface ExtensionReader {
  /** Its options; any where absent. */
  readonly options?: ReadonlySet<string>;
  /** `undefined` where something about it cannot be read. */
  read(extension: Extension, family: Family): readonly Statement[] | undefined;
}

/** Reads one option; its values have blanks between them. */
export type OptionReader = (
  value: string,
  negated: boolean,
  family: Family,
) => readonly Statement[] | undefined;

/** As a rule has it, or with some of its options only. */
export function extensionText({ option, name, options }: Extension, some = options): string {
  return [`${option} ${name}`, ...some.map(({ text }) => text)].join(' ');
}

/**
 * A match whose options each stand for themselves: all of them must hold. One that cannot be read is an unknown match of
 * its own, so that the others still count.
 */
export function eachOption(
  readers: Readonly<Record<string, OptionReader>>,
  first: readonly Statement[] = [],
): ExtensionReader {
  const byName = new Map(Object.entries(readers));
  const read = ({ name, negated, values }: Option, family: Family) =>
    byName.get(name)?.(values.join(' '), negated, family);
  return {
    options: new Set(byName.keys()),
    read: (extension, family) => [
      ...first,
      ...extension.options.flatMap(
        (option) => read(option, family) ?? unknownMatch(extensionText(extension, [option])),
      ),
    ],
  };
}

export function unknownMatch(text: string): readonly Statement[] {
  return [{ kind: 'unknown-match', text }];
}

/** The only value of the option of that name, negated or not; `undefined` where it has another number of them. */
export function valueOfOption({ options }: Extension, name: string): string | undefined {
  const found = options.filter((option) => option.name === name);
  const [option] = found;
  return found.length === 1 && option?.values.length === 1 ? option.values[0] : undefined;
}

export function hasOption({ options }: Extension, name: string): boolean {
  return options.some((option) => option.name === name);
}

/** Whether it has options of these names only; `undefined` are any. */
export function hasOnly({ options }: Extension, names: ReadonlySet<string> | undefined): boolean {
  return names === undefined || options.every(({ name }) => names.has(name));
}
