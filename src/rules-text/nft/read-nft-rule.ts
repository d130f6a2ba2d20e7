import { isDeepStrictEqual } from 'node:util';
import type { Rule, Statement } from '../rule.ts';
import type { RuleContext } from './expression/read-expression.ts';
import { readStatement } from './statement/read-statement.ts';
import { UnsupportedSyntax, Words } from './words.ts';

/**
 * Reads one rule, as nft lists it. Never fails: what has no known form is an unknown statement, up to the rule's end, as
 * nobody knows where it would end.
 */
export function readRule(line: string, context: RuleContext): Rule {
  const words = new Words(line);
  const statements: Statement[] = [];
  let comment = '';
  while (!words.isAtEnd) {
    if (words.takeIf('comment')) {
      comment = words.isAtEnd ? '' : words.take();
      continue;
    }
    const place = words.place;
    try {
      for (const statement of readStatement(words, context))
        if (!isRepeatedt(statement, statements)) statements.push(statement);
    } catch (error) {
      if (!(error instanceof UnsupportedSyntax)) throw error;
      words.goTo(place);
      statements.push({ kind: 'unknown-statement', text: words.takeRest('comment') });
    }
  }
  return { text: withoutCounters(words), comment, statements };
}

/** `meta l4proto tcp tcp dport 80`: what nft checks by itself may stand there already. */
function isRepeatedt(statement: Statement, before: readonly Statement[]): boolean {
  return statement.kind === 'match' && before.some((other) => isDeepStrictEqual(other, statement));
}

/** As `nft -s` lists it. Numbers that stand in quotes are no counters. */
function withoutCounters(words: Words): string {
  words.goTo(0);
  return words
    .takeRest()
    .replace(/("[^"]*")|\b(counter) packets \d+ bytes \d+|\b(last) used \S+/g, '$1$2$3')
    .replace(/(\{)\s*\n\s*|\s*\n\s*(\})|\s*\n\s*/g, (_all, open, close) =>
      open === undefined ? (close === undefined ? '; ' : ' }') : '{ ',
    )
    .replace(/ {2,}(?=(?:[^"]*"[^"]*")*[^"]*$)/g, ' ');
}
