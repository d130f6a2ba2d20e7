import { readFileSync } from 'node:fs';
import type { RuleFiles } from '../iptables/desired-rules.ts';

/** The static part of the rules, as it stands in rules/iptables for operators to read. */
export function iptablesRuleFiles(): RuleFiles {
  return { skeleton: read('iptables/skeleton.rules'), jumps: read('iptables/jumps.rules') };
}

/** The static part of the table, as it stands in rules/nftables for operators to read. */
export function nftablesSkeleton(): string {
  return read('nftables/skeleton.nft');
}

function read(path: string): string {
  return readFileSync(new URL(`../../rules/${path}`, import.meta.url), 'utf8');
}
