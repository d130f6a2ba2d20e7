import { elementText } from './command-text.ts';

/** A map or set with what it declares of itself, `type …`, `flags …`, and its elements as key and data. */
export interface SetText {
  readonly kind: 'map' | 'set';
  readonly name: string;
  readonly properties: readonly string[];
  readonly elements: Iterable<readonly [key: string, data: string]>;
}

/** `hook` is `type nat hook output priority -100; policy accept;`, of chains that one calls. */
export interface ChainText {
  readonly name: string;
  readonly hook?: string | undefined;
  readonly rules: readonly string[];
}

/** A table of `ip portolan` as `nft list table` prints it and `nft -f` takes it: its maps and sets, then its chains. */
export function* tableText(
  title: string,
  sets: Iterable<SetText>,
  chains: Iterable<ChainText>,
): Iterable<string> {
  yield `table ${title} {\n`;
  let separator = '';
  for (const set of sets) {
    yield `${separator}\t${set.kind} ${set.name} {\n`;
    yield* setContent(set);
    separator = '\n';
  }
  for (const { name, hook, rules } of chains) {
    const lines = hook === undefined ? rules : [hook, ...rules];
    yield `${separator}\tchain ${name} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
    separator = '\n';
  }
  yield '}\n';
}

function* setContent({ properties, elements }: SetText): Iterable<string> {
  for (const property of properties) yield `\t\t${property}\n`;
  const own = Array.from(elements, (element) => elementText(element));
  if (own.length > 0) yield `\t\telements = { ${own.join(',\n\t\t\t     ')} }\n`;
  yield '\t}\n';
}
