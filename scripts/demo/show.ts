import picocolors from 'picocolors';
import type { Rule } from './kernel-rules.ts';

// picocolors alone would colour a pipe where CI is set.
const colors = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);
const barWidth = 40;

/** Opens a step of the demo. */
export function heading(text: string): void {
  print(`\n${colors.bold(colors.cyan(text))}`);
}

/** A sentence of the demo, or lines of what it shows. */
export function note(text: string): void {
  for (const line of text.split('\n')) print(`  ${line}`.trimEnd());
}

/** Rules by chain, in the order that a packet meets them. */
export function showRules(rules: readonly Rule[]): void {
  for (const [chain, inChain] of Map.groupBy(rules, (rule) => rule.chain)) {
    print(`  ${colors.bold(chain)}`);
    for (const rule of inChain) print(`    ${colors.dim(rule.text)}`);
  }
}

/** A bar for each pod: how many requests it answered. */
export function showSpread(
  pods: readonly string[],
  answers: Readonly<Record<string, number>>,
  total: number,
): void {
  for (const name of pods) {
    const count = answers[name] ?? 0;
    const bar = '█'.repeat(Math.round((count / total) * barWidth)).padEnd(barWidth);
    const percent = ((count / total) * 100).toFixed(1);
    print(`  ${name}  ${colors.green(bar)} ${String(count).padStart(4)}  ${percent.padStart(5)} %`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
