import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A vitest reporter: says why tests were skipped, and ends the run's output with a line of three numbers. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    const totals = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failed:
        tests.filter((test) => test.result().state === 'failed').length +
        brokenModules +
        unhandledErrors.length,
      skipped: tests.filter((test) => test.result().state === 'skipped').length,
    };
    for (const line of skippedLines(tests.map(toSkipped).filter((skip) => skip !== undefined))) print(line);
    // Vitest prints its own totals after this hook; these come last of all.
    process.once('exit', () => print(totalsLine(totals)));
  }
}

/** What became of the tests. A test file that cannot be loaded counts as one failure. */
export type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** A skipped test's file and the reason given to `skip`. */
export type Skipped = { readonly file: string; readonly reason: string };

/** The last line of a run: `N passed, N failed`, and `, N skipped` where some were. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Each reason with the files it holds for and how many tests of each. */
export function skippedLines(skips: readonly Skipped[]): string[] {
  const byReason = Map.groupBy(skips, (skip) => skip.reason);
  return [...byReason].flatMap(([reason, sameReason]) => [
    `Skipped: ${reason}`,
    ...[...Map.groupBy(sameReason, (skip) => skip.file)].map(
      ([file, sameFile]) => `  ${file}: ${sameFile.length} ${sameFile.length === 1 ? 'test' : 'tests'}`,
    ),
  ]);
}

function toSkipped(test: TestCase): Skipped | undefined {
  const result = test.result();
  if (result.state !== 'skipped') return undefined;
  return {
    file: relative(process.cwd(), test.module.moduleId),
    reason: result.note ?? 'not selected, or without a reason',
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
