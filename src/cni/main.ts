import { readFileSync, writeSync } from 'node:fs';
import { openMachine } from './open-machine.ts';
import { runPlugin } from './run-plugin.ts';

/**
 * The program: a call comes by environment and standard input, and its answer goes to standard output. Without `await` of its own,
 * since a script is loaded faster than a module.
 */
void main();

async function main(): Promise<void> {
  const [name = ''] = process.argv.slice(2);
  const { status, output } = await runPlugin(
    { name, environment: process.env, input: readInput() },
    openMachine,
  );
  if (output !== undefined) writeSync(1, `${JSON.stringify(output)}\n`);
  process.exitCode = status;
}

/** Empty where there is none; that is told where it is needed. */
function readInput(): string {
  try {
    return readFileSync(0, 'utf8');
  } catch {
    return '';
  }
}
