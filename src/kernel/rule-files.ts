import { readFileSync } from 'node:fs';
import type { RuleFiles } from '../iptables/desired-rules.ts';

/** The static part of the rules, as it stands in rules/iptables for operators to read. */
export function iptablesRuleFiles(): RuleFiles {
  return { skeleton: read('skeleton.rules'), jumps: read('jumps.rules') };
}

function read(name: string): string {
  return readFileSync(new URL(`../../rules/iptables/${name}`, import.meta.url), 'utf8');
}
