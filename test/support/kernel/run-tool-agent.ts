import { openSync } from 'node:fs';
import { ToolError } from '../../../src/backend/failure.ts';
import { runTool } from '../../../src/kernel/run-tool.ts';

/** A process of its own, which a test may bring to its limits: `without files`, or `ends` beside a tool that goes on. */

const [what, command = '', ...args] = process.argv.slice(2);
if (what === 'without files') {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None are left.
  }
}
const run = runTool(command, args).catch((error: unknown) => {
  if (!(error instanceof ToolError)) throw error;
  return error;
});
if (what === 'ends') process.stdin.once('data', () => process.exit(0));
else {
  const end = await run;
  process.stdout.write(
    end instanceof ToolError ? `${end.failure}: ${end.message}\n` : `status ${end.status}\n`,
  );
}
