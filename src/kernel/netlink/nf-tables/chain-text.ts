import type { SetDeclaration } from '../../../rules-text/nft/listed-rules.ts';
import { readAnonymousSet } from './anonymous-set.ts';
import { ruleText, setsOf, type WrittenSet } from './expression-text.ts';
import { listNfTablesParts, type NftTitle, textAttribute } from './questions.ts';
import { valueLengths } from './value-text.ts';

/**
 * A chain as `nft list chain` prints it, from the kernel's own form of its rules: nft 1.0 reads all sets of a table to
 * list one chain, 3 s where 10,000 rules have a map of their own. `undefined` where a rule has a form that is not known
 * here, or netlink cannot be used: then nft must be asked.
 */
export async function readChainText(
  title: NftTitle,
  chain: string,
  declaration: (set: string) => SetDeclaration | 'absent',
): Promise<string | undefined> {
  const { family, name } = title;
  if (family === 'inet') return undefined;
  const rules = await listNfTablesParts({
    get: 'rule',
    family,
    content: [textAttribute(ruleTable, name), textAttribute(ruleChain, chain)],
  });
  if (rules === undefined) return undefined;
  const sets = new Map<string, WrittenSet | undefined>();
  for (const set of new Set(rules.flatMap(setsOf))) {
    if (declaration(set) === 'absent') sets.set(set, await readAnonymousSet(title, set));
  }
  const setOf = (set: string) => sets.get(set) ?? namedSet(set, declaration(set));
  const texts = rules.map((rule) => ruleText(rule, family, setOf));
  if (texts.includes(undefined)) return undefined;
  return `table ${family} ${name} {\n\tchain ${chain} {\n${texts.map((text) => `\t\t${text}\n`).join('')}\t}\n}\n`;
}

function namedSet(name: string, declaration: SetDeclaration | 'absent'): WrittenSet | undefined {
  if (declaration === 'absent') return undefined;
  const { key, data } = declaration;
  const types = typeof data === 'object' ? data.map((type) => type.name) : [];
  const lengths: Readonly<Record<string, number>> = valueLengths;
  return { text: `@${name}`, keyParts: key.length, dataLengths: types.map((type) => lengths[type] ?? 0) };
}

const [ruleTable, ruleChain] = [1, 2];
