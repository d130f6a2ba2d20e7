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
  for (const part of optionGroups(words(rule))) {
    if (part.startsWith('-j ') || part.startsWith('-g ')) target = part;
    else if (!part.startsWith('-m ')) options.push(part);
    else if (isKept(part)) matches.push(part);
  }
  return [...options.sort(), ...matches.sort(), target].filter((part) => part !== '').join(' ');
}

/** The chain that the rule jumps to or the target that it has; empty where it has none. */
export function ruleTarget(rule: string): string {
  return / ?-[jg] (\S+)/.exec(` ${withoutQuoted(rule)}`)?.[1] ?? '';
}

/** `-m tcp` alone says no more than `-p tcp`; iptables-nft prints it in some versions only. */
function isIgnored(match: string): boolean {
  return /^-m (comment|nfacct)\b/.test(match) || /^-m (tcp|udp|sctp)$/.test(match);
}

function withoutQuoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

const word = /"((?:[^"\\]|\\.)*)"|\S+/g;

function words(rule: string): string[] {
  return Array.from(rule.matchAll(word), ([whole, quoted]) => quoted ?? whole);
}

/** Groups words so that a group starts at each option of iptables itself: -s, -d, -i, -o, -p, -m, -j, -g. */
function optionGroups(list: readonly string[]): string[] {
  const groups: string[][] = [];
  let current: string[] | undefined;
  let negation: string[] = [];
  for (const item of list) {
    if (item === '!') {
      negation = ['!'];
    } else if (startsGroup.has(item)) {
      current = [...negation, item];
      negation = [];
      groups.push(current);
    } else {
      current?.push(...negation, item);
      negation = [];
    }
  }
  return groups.map((group) => group.join(' '));
}

const startsGroup = new Set(['-s', '-d', '-i', '-o', '-p', '-f', '-m', '-j', '-g']);
