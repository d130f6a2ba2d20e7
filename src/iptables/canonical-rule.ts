import { WordReader } from '../rules-text/iptables/word-reader.ts';

/**
 * One form for every way of writing the same rule: comments and packet counters left out, options and
 * matches in one order, quotes only as text needs them. iptables-legacy, iptables-nft and their versions
 * differ in these, and the rules of kube-proxy in its comments.
 */
export function canonicalRule(rule: string): string {
  return canonical(rule, (match) => !isIgnored(match));
}

/** The same with its comments, by which iptables tells rules apart that it is to delete. */
export function canonicalRuleWithComments(rule: string): string {
  return canonical(rule, (match) => !isIgnored(match) || match.startsWith('-m comment '));
}

function canonical(rule: string, isKept: (match: string) => boolean): string {
  const options: string[] = [];
  const matches: string[] = [];
  let target = '';
  for (const part of optionGroups(rule)) {
    if (part.startsWith('-j ') || part.startsWith('-g ')) target = part;
    else if (!part.startsWith('-m ')) options.push(part);
    else if (isKept(part)) matches.push(part);
  }
  return [...options.sort(), ...matches.sort(), target].filter((part) => part !== '').join(' ');
}

/** `-m tcp` alone says no more than `-p tcp`; iptables-nft prints it in some versions only. */
function isIgnored(match: string): boolean {
  return /^-m (?:(?:comment|nfacct)\b|(?:tcp|udp|sctp)$)/.test(match);
}

/** Groups words so that a group starts at each option of iptables itself: -s, -d, -i, -o, -p, -m, -j, -g. */
function optionGroups(rule: string): readonly string[] {
  const groups: string[] = [];
  let [group, negation] = ['', ''];
  for (const words = new WordReader(rule, 0); words.next(); ) {
    const { word, quoted } = words;
    if (word === '!' && !quoted) {
      negation = '! ';
      continue;
    }
    if (!quoted && word.length === 2 && startsGroup.has(word)) {
      if (group !== '') groups.push(group);
      group = negation + word;
    } else if (group !== '') group += ` ${negation}${word}`;
    negation = '';
  }
  return group === '' ? groups : [...groups, group];
}

const startsGroup = new Set(['-s', '-d', '-i', '-o', '-p', '-f', '-m', '-j', '-g']);
