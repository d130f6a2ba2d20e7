/**
 * Opens connections one after another from inside a namespace, as argv[2] says in JSON, until standard input ends; its
 * last line says how many there shall be at least. Ends early where one fails. Then prints what became of each.
 */
import { text } from 'node:stream/consumers';
import { connect } from '../lab/connect.ts';
import type { Attempt, Opening } from './open-connections.ts';

const opening: Opening = JSON.parse(process.argv[2] ?? '');
const attempts: Attempt[] = [];
let opened = 0;
let hasFailed = false;
let wanted = Number.POSITIVE_INFINITY;

const told = text(process.stdin).then((least) => {
  wanted = Number(least);
});
await Promise.all([told, ...Array.from({ length: opening.parallel }, openUntilTold)]);
process.stdout.write(JSON.stringify(attempts));

async function openUntilTold(): Promise<void> {
  while (opened < wanted && !hasFailed) {
    const number = opened;
    opened += 1;
    const made = await attempt(number);
    attempts[number] = made;
    hasFailed ||= 'error' in made;
  }
}

async function attempt(number: number): Promise<Attempt> {
  const { protocol, sources, firstPort, destination, port, timeoutMs } = opening;
  const source = sources[number % sources.length];
  const sourcePort = firstPort + Math.floor(number / sources.length);
  if (source === undefined || sourcePort > 65_535) throw new Error('all source ports are used');
  const started = now();
  const result = await connect({ protocol, source, sourcePort, destination, port, timeoutMs }).catch(
    (error: NodeJS.ErrnoException) => ({ error: error.code ?? error.message }),
  );
  const ended = now();
  if ('error' in result) return { source, started, ended, error: result.error };
  return { source, started, ended, ...result.answer };
}

/** Milliseconds of the machine's clock, which all processes share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
