import type { SetDeclaration } from '../../../rules-text/nft/listed-parts.ts';
import { ruleText } from '../../../rules-text/nft/write/statement-text.ts';
import { tableText } from '../../../rules-text/nft/write/table-text.ts';
import { textAttribute } from '../netlink-attributes.ts';
import { readAnonymousSet } from './anonymous-set.ts';
import { ruleAttributes } from './kernel-numbers.ts';
import { listNfTablesParts, type NftTitle } from './requests.ts';
import { type LookedIn, ruleJson, setsOf } from './rule-json.ts';
import { isValueType, lengthOf } from './value-bytes.ts';

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
    content: [textAttribute(ruleAttributes.table, name), textAttribute(ruleAttributes.chain, chain)],
  });
  if (rules === undefined) return undefined;
  const sets = new Map<string, LookedIn | undefined>();
  for (const set of new Set(rules.flatMap(setsOf))) {
    if (declaration(set) === 'absent') sets.set(set, await readAnonymousSet(title, set));
  }
  const setOf = (set: string) => sets.get(set) ?? namedSet(set, declaration(set));
  const texts = rules.flatMap((rule) => {
    const json = ruleJson(rule, family, setOf);
    return json === undefined ? [] : [ruleText(json.statements, json.comment)];
  });
  if (texts.length < rules.length) return undefined;
  return [...tableText(`${family} ${name}`, [], [{ name: chain, rules: texts }])].join('');
}

function namedSet(name: string, declaration: SetDeclaration | 'absent'): LookedIn | undefined {
  if (declaration === 'absent') return undefined;
  const { key, data } = declaration;
  const types = typeof data === 'object' ? data : [];
  const dataLengths = types.map((type) => (isValueType(type.name) ? lengthOf(type.name) : 0));
  return { json: `@${name}`, keyParts: key.length, dataLengths };
}
