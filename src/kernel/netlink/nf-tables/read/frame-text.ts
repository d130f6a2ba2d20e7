import { tableText } from '../../../../rules-text/nft/write/table-text.ts';
import { textAttribute, textOf } from '../../netlink-attributes.ts';
import { numberOf } from '../attributes.ts';
import { chainAttributes, ruleAttributes, setAttributes, setFlags, verdictType } from '../kernel-numbers.ts';
import { listNfTablesParts, type NftTitle } from '../requests.ts';
import { partNumbers, valueType } from '../value-bytes.ts';
import { baseChainText } from './base-chain-text.ts';

/**
 * A table as nft would list it without rules and elements: its chains with their hooks, and what its maps and sets declare. Types
 * that are not known here have names of no type of nft's. `undefined` where netlink cannot be used.
 */
export async function readFrameText({ family, name }: NftTitle): Promise<string | undefined> {
  const [sets, chains] = await Promise.all([
    listNfTablesParts({ get: 'set', family, content: [textAttribute(setAttributes.table, name)] }),
    listNfTablesParts({ get: 'chain', family, content: [] }),
  ]);
  if (sets === undefined || chains === undefined) return undefined;
  const named = sets.flatMap((set) => {
    const flags = numberOf(set.find(setAttributes.flags)) ?? 0;
    if ((flags & setFlags.anonymous) !== 0) return [];
    const [key = 0, data = 0] = [setAttributes.keyType, setAttributes.dataType].map((type) =>
      numberOf(set.find(type)),
    );
    const isMap = (flags & setFlags.map) !== 0;
    const types = isMap
      ? `${typeNames(key)} : ${data === verdictType ? 'verdict' : typeNames(data)}`
      : typeNames(key);
    const properties = [`type ${types}`, ...((flags & setFlags.interval) === 0 ? [] : ['flags interval'])];
    const kind = isMap ? ('map' as const) : ('set' as const);
    return [{ kind, name: textOf(set.find(setAttributes.name)) ?? '', properties, elements: [] }];
  });
  const own = chains
    .filter((chain) => textOf(chain.find(chainAttributes.table)) === name)
    .map((chain) => ({
      name: textOf(chain.find(chainAttributes.name)) ?? '',
      hook: baseChainText(chain),
      rules: [],
    }));
  return [...tableText(`${family} ${name}`, named, own)].join('');
}

/** A chain of rules of which nobody here knows what they say; `undefined` where netlink cannot be used. */
export async function unreadableChainText(
  { family, name }: NftTitle,
  chain: string,
): Promise<string | undefined> {
  const content = [textAttribute(ruleAttributes.table, name), textAttribute(ruleAttributes.chain, chain)];
  const rules = await listNfTablesParts({ get: 'rule', family, content });
  if (rules === undefined) return undefined;
  const texts = rules.map(() => unreadableRule);
  return [...tableText(`${family} ${name}`, [], [{ name: chain, rules: texts }])].join('');
}

/** What stands in place of a rule at which nft crashes: to readers of rules, a statement that they do not know. */
const unreadableRule = 'unreadable: the nft of this machine crashes when it lists the rule';

function typeNames(number: number): string {
  return partNumbers(number)
    .map((part) => valueType(part) ?? `unknown_${part}`)
    .join(' . ');
}
