import { Words } from './words.ts';

/** Looks at rules as text: what they count, and where they lead, without reading all that they ask. */

/** The chains that a rule, or the verdict of an element, leads to. */
export function chainsIn(text: string): readonly string[] {
  const chains = [...text.matchAll(/"[^"]*"|\b(?:goto|jump) ([^\s,{}]+)/g)].map(([, chain]) => chain);
  return chains.filter((chain) => chain !== undefined);
}

/** How many packets a rule has counted; `undefined` where it does not count. */
export function packetsCounted(rule: string): number | undefined {
  const packets = /\bcounter packets (\d+) /.exec(rule)?.[1];
  return packets === undefined ? undefined : Number(packets);
}

/** A rule that has counted nothing yet, and is the same for the rest. */
export function withCountersAtZero(rule: string): string {
  return rule.replace(/\bcounter packets \d+ bytes \d+/, 'counter packets 0 bytes 0');
}

/** The address of `dnat to 10.0.0.1:80`; `undefined` where the rule has no such statement. */
export function dnatAddress(rule: string): string | undefined {
  for (const words = new Words(rule); !words.isAtEnd; ) {
    if (!words.takeIf('dnat')) words.take();
    else if (words.takeIf('to')) return /^\[?([0-9a-f.:]+?)\]?:\d+/.exec(words.next)?.[1];
  }
  return undefined;
}
