import { readOptions } from '../../rules-text/iptables/rule-options.ts';
import { Words } from '../../rules-text/nft/words.ts';

/** A condition on the packet's sender, read from the text of a rule. */
export type SenderCondition =
  | { readonly kind: 'network'; readonly network: string; readonly negated: boolean }
  | { readonly kind: 'interface'; readonly interface: string; readonly negated: boolean }
  /** The node itself sends. */
  | { readonly kind: 'local' };

/** The first condition on the sender in a rule of iptables or nft, of the kinds that service proxies write. */
export function senderCondition(rule: string): SenderCondition | undefined {
  const conditions = isOfIptables(rule) ? iptablesConditions(rule) : nftConditions(rule);
  for (const kind of ['local', 'network', 'interface'] as const) {
    const found = conditions.find((condition) => condition.kind === kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isOfIptables(rule: string): boolean {
  return rule.startsWith('-');
}

function iptablesConditions(rule: string): readonly SenderCondition[] {
  return readOptions(rule).flatMap(({ name, negated, values: [value = ''] }): readonly SenderCondition[] => {
    if (name === '--src-type' && value === 'LOCAL') return [{ kind: 'local' }];
    if (name === '-s') return [{ kind: 'network', network: value, negated }];
    return name === '-i' ? [{ kind: 'interface', interface: value, negated }] : [];
  });
}

function nftConditions(rule: string): readonly SenderCondition[] {
  const conditions: SenderCondition[] = [];
  for (const words = new Words(rule); !words.isAtEnd; ) {
    const word = words.nextIsQuoted ? '' : words.next;
    words.take();
    if (word === 'saddr') conditions.push(...networkCondition(words));
    else if (word === 'iifname') conditions.push(...interfaceCondition(words));
    else if (word === 'fib' && words.takeIf('saddr') && words.takeIf('type') && words.takeIf('local'))
      conditions.push({ kind: 'local' });
  }
  return conditions;
}

/** `!= 10.244.0.0/16`, `{ 10.0.0.0/8, 192.0.2.7 }`; not the name of a set. */
function networkCondition(words: Words): readonly SenderCondition[] {
  const negated = words.takeIf('!=');
  if (words.nextIs('{')) return [{ kind: 'network', network: `{ ${words.takeBraces()} }`, negated }];
  if (!/^[\da-f:][\da-f.:/]*$/.test(words.next)) return [];
  return [{ kind: 'network', network: words.take(), negated }];
}

function interfaceCondition(words: Words): readonly SenderCondition[] {
  const negated = words.takeIf('!=');
  return words.nextIsQuoted ? [{ kind: 'interface', interface: words.take(), negated }] : [];
}

/** The rule without comments and without its chain, which are shown elsewhere. */
export function conciseRule(rule: string): string {
  if (!isOfIptables(rule)) return new Words(rule).takeRest('comment');
  return readOptions(rule)
    .filter(({ name, values: [value] }) => name !== '--comment' && !(name === '-m' && value === 'comment'))
    .map(({ text }) => text)
    .join(' ');
}

/** The service port that a comment names: `namespace/name:port`. */
export function serviceInComment(comment: string): string | undefined {
  return /(?<![\w/.-])[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9-]*[a-z0-9])?(:[a-z0-9-]+)?(?![\w/.])/.exec(
    comment,
  )?.[0];
}
