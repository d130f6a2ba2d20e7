import type { Family } from '../../net/family.ts';
import type { Rule, Statement } from '../rule.ts';
import { type Extension, extensionText, hasOnly, unknownMatch } from './extension.ts';
import { matchReaders } from './matches/matches.ts';
import { readPacketOption } from './packet-options.ts';
import { readOptions } from './rule-options.ts';
import { type RuleParts, rulePartsOf } from './rule-parts.ts';
import { targetReaders } from './targets/targets.ts';

/** Which chains a rule's table has; `undefined` where only the rule is known. */
export type HasChain = ((name: string) => boolean) | undefined;

/**
 * Reads a rule, `-A CHAIN …` or only what follows the chain. What it asks that has no meaning here becomes an unknown match,
 * and a target an unknown statement: nothing is left out.
 */
export function readRule(text: string, family: Family, hasChain: HasChain): Rule {
  const parts = rulePartsOf(readOptions(text));
  return {
    text,
    comment: parts.comment,
    statements: [...matchesOf(parts, family), ...targetOf(parts.target, family, hasChain)],
  };
}

function matchesOf({ packet, matches }: RuleParts, family: Family): readonly Statement[] {
  const statements: Statement[] = [];
  for (const option of packet)
    statements.push(...(readPacketOption(option, family) ?? unknownMatch(option.text)));
  for (const match of matches)
    statements.push(
      ...(matchReaders.get(match.name)?.read(match, family) ?? unknownMatch(extensionText(match))),
    );
  return statements;
}

function targetOf(target: Extension | undefined, family: Family, hasChain: HasChain): readonly Statement[] {
  if (target === undefined) return [];
  const { option, name, options } = target;
  const isJump = option === '-g' || (hasChain?.(name) ?? !targetReaders.has(name));
  if (isJump && options.length === 0 && isChainName(name))
    return [{ kind: 'verdict', verdict: { kind: option === '-g' ? 'goto' : 'jump', chain: name } }];
  const reader = isJump ? undefined : targetReaders.get(name);
  const understood = hasOnly(target, reader?.options) && !options.some(({ negated }) => negated);
  const statements = understood ? reader?.read(target, family) : undefined;
  return statements ?? [{ kind: 'unknown-statement', text: extensionText(target) }];
}

function isChainName(name: string): boolean {
  return name !== '' && !name.includes(' ');
}
