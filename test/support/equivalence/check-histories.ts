import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { History } from './any-history.ts';
import { playHistory } from './play.ts';

/** How many histories all files play together, so that one can ask for more: `npm run test:deep`. */
const usual = 2_000;
const all = Number(process.env.PORTOLAN_HISTORIES ?? usual);

/** Those that are made of one seed, and after which progress is told where there are many. */
const slice = 500;

/** Milliseconds after which a run that hangs is ended: far more than any machine takes. */
export const longestTime = 120_000 + all * 200;

/** Where shrunk failures stand that are played again in every run. */
export const historiesPath = join(import.meta.dirname, '../../../fixtures/histories');

/**
 * Plays this part of all histories. Throws at the first one that fails, in its smallest form, and says how to play it
 * again and how to keep it.
 */
export async function checkHistories(
  kind: string,
  history: fc.Arbitrary<History>,
  part: number,
): Promise<void> {
  const count = Math.ceil(all * part);
  const property = fc.asyncProperty(history, playHistory);
  const again = process.env.PORTOLAN_SEED;
  for (let played = 0; played < count; played += slice) {
    const seed = again === undefined ? randomSeed() : Number(again);
    const path = process.env.PORTOLAN_PATH;
    const parameters = {
      seed,
      numRuns: Math.min(slice, count - played),
      ...(path === undefined ? {} : { path }),
    };
    const details = await fc.check(property, parameters);
    if (details.failed) throw new Error(failureReport(kind, details));
    if (again !== undefined) return;
    if (all > usual)
      tell(`${kind}: ${Math.min(played + slice, count)} of ${count} histories, last seed ${seed}`);
  }
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

/** Straight to the terminal: the runner keeps what tests print until they have ended. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

type Failure = fc.RunDetails<[History]>;

function failureReport(
  kind: string,
  { seed, counterexamplePath, counterexample, errorInstance }: Failure,
): string {
  const [history] = counterexample ?? [];
  const reason =
    errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
  const again = `PORTOLAN_SEED=${seed} PORTOLAN_PATH=${counterexamplePath}`;
  const name = process.env.PORTOLAN_KEEP;
  if (name !== undefined && history !== undefined) keep(name, history, reason);
  return [
    `a history of the kind "${kind}" fails: ${reason}`,
    `the history: ${JSON.stringify(history)}`,
    `again: ${again} npm test -- test/equivalence/${kind}`,
    `to keep it: PORTOLAN_KEEP=a-name ${again} npm test -- test/equivalence/${kind}`,
  ].join('\n');
}

/** A fixture says what it once showed: whoever keeps it replaces the first lines of the error by that. */
function keep(name: string, history: History, reason: string): void {
  const about = reason.split('\n').slice(0, 4).join('\n');
  const path = join(historiesPath, `${name}.json`);
  writeFileSync(path, `${JSON.stringify({ about, ...history }, null, 1)}\n`);
}
