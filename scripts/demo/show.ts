import picocolors from 'picocolors';
import type { PodName } from './lab.ts';

// picocolors alone would colour a pipe where CI is set.
const colors = picocolors.createColors(process.stdout.isTTY === true && picocolors.isColorSupported);
const barWidth = 40;

/** Opens a step of the demo. */
export function heading(text: string): void {
  print(`\n${colors.bold(colors.cyan(text))}`);
}

/** A sentence of the demo. */
export function note(text: string): void {
  print(`  ${text}`);
}

/** What a command says. */
export function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) print(line === '' ? '' : `  ${colors.dim(line)}`);
}

/** A bar for each pod: how many requests it answered. */
export function showSpread(
  pods: readonly PodName[],
  answers: Readonly<Record<string, number>>,
  total: number,
): void {
  for (const { name, node } of pods) {
    const count = answers[name] ?? 0;
    const bar = '█'.repeat(Math.round((count / total) * barWidth)).padEnd(barWidth);
    const percent = ((count / total) * 100).toFixed(1);
    print(
      `  ${name} on ${node}  ${colors.green(bar)} ${String(count).padStart(4)}  ${percent.padStart(5)} %`,
    );
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
