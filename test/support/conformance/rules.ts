import { diffLines } from 'diff';

/**
 * Rules as iptables-save prints them, read without any of the product's code, so that a comparison with a
 * recording is a check of its own. Keys are a table and a chain: `nat KUBE-SERVICES`.
 */
export type SavedChains = ReadonlyMap<string, readonly SavedRule[]>;

export interface SavedRule {
  /** All but `-A CHAIN`, comments and packet counters. */
  readonly text: string;
  /** Empty where the rule has none. */
  readonly comment: string;
}

/** Reads the output of iptables-save. The kernel's own chains count only where they hold rules. */
export function parseSavedRules(saved: string): SavedChains {
  const chains = new Map<string, SavedRule[]>();
  let table = '';
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    const ownChain = /^:(KUBE-\S+)/.exec(line)?.[1];
    if (ownChain !== undefined) chains.set(`${table} ${ownChain}`, []);
    const [, chain, rule] = /^-A (\S+) (.*)$/.exec(line) ?? [];
    if (chain === undefined || rule === undefined || isOnlyCounter(rule)) continue;
    const rules = chains.get(`${table} ${chain}`) ?? [];
    chains.set(`${table} ${chain}`, [...rules, parseRule(rule)]);
  }
  return chains;
}

/** A text for people, chain by chain: lines with - are missing, lines with + are too many. Empty where all is equal. */
export function describeDifferences(actual: SavedChains, expected: SavedChains): string {
  const names = new Set([...actual.keys(), ...expected.keys()]);
  return [...names]
    .sort()
    .map((name) => describeChain(name, actual, expected))
    .join('');
}

/** Rules that do not name the service that the recorded rule names: operators search for `namespace/name:port`. */
export function rulesWithoutService(actual: SavedChains, expected: SavedChains): string[] {
  return [...expected].flatMap(([chain, rules]) =>
    rules.flatMap(({ text, comment }) => {
      const same = (actual.get(chain) ?? []).filter((rule) => rule.text === text);
      const named = new Set(same.flatMap((rule) => servicesIn(rule.comment)));
      const missing = servicesIn(comment).filter((service) => !named.has(service));
      return missing.map((service) => `${chain}: ${text} (${service})`);
    }),
  );
}

function servicesIn(comment: string): string[] {
  return comment.match(/[a-z0-9-]+\/[a-z0-9-]+(:[a-z0-9-]+)?/g) ?? [];
}

function parseRule(rule: string): SavedRule {
  const comment = /--comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(rule);
  const text = rule
    .replace(/-m comment --comment ("(?:[^"\\]|\\.)*"|\S+)/, '')
    .replace(/-m nfacct --nfacct-name +\S+/, '')
    .replaceAll(/ +/g, ' ')
    .trim();
  return { text, comment: comment?.[1] ?? comment?.[2] ?? '' };
}

/** Rules that are there for a packet counter only: the one after them does the same to more packets. */
function isOnlyCounter(rule: string): boolean {
  return rule.startsWith('-d 127.0.0.0/8 ') && /--nfacct-name +localhost_nps_accepted_pkts /.test(rule);
}

function describeChain(name: string, actual: SavedChains, expected: SavedChains): string {
  if (!expected.has(name)) return `${name}: should not be there\n`;
  if (!actual.has(name)) return `${name}: missing\n`;
  const [before, after] = [expected, actual].map((chains) => linesOf(name, chains.get(name) ?? []));
  if (before === after) return '';
  const lines = diffLines(before ?? '', after ?? '').map(({ value, added, removed }) =>
    value.replaceAll(/^(?=.)/gm, added ? '  + ' : removed ? '  - ' : '    '),
  );
  return `${name}:\n${lines.join('')}`;
}

function linesOf(name: string, rules: readonly SavedRule[]): string {
  const texts = rules.map(({ text }) => text);
  const ordered = isDispatchChain(name) ? orderDispatch(texts) : texts;
  return ordered.map((text) => `${text}\n`).join('');
}

/** The rules of a dispatch chain match different packets, so their order means nothing. */
function isDispatchChain(name: string): boolean {
  return /^\w+ KUBE-(SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL)$/.test(name);
}

/** Only the jump to the node ports must stay behind all others, as it matches what is none of theirs. */
function orderDispatch(texts: readonly string[]): string[] {
  const first = texts.findIndex((text) => text.endsWith('-j KUBE-NODEPORTS'));
  if (first === -1) return texts.toSorted();
  const last = texts.slice(first);
  return [
    ...texts.slice(0, first).sort(),
    ...(last.every((text) => text.endsWith('-j KUBE-NODEPORTS')) ? last.sort() : last),
  ];
}
