import { z } from 'zod';
import { ToolError } from '../../../backend/failure.ts';
import { runTool } from '../../run-tool.ts';
import { Unobservable } from '../../unobservable.ts';

/**
 * What a command of iproute2 lists as JSON, read by a schema for one entry. Throws an `Unobservable` where the command
 * is missing, fails, or prints something else.
 */
export async function listByIp<Entry>(
  schema: z.ZodType<Entry>,
  command: 'ip' | 'bridge' | 'nsenter',
  args: readonly string[],
): Promise<readonly Entry[]> {
  const { status, stdout, stderr } = await inTurn(() =>
    runTool(command, args, { patience: patienceMs }),
  ).catch((error: unknown) => {
    throw error instanceof ToolError ? new Unobservable(error.message, { cause: error }) : error;
  });
  const called = `${command} ${args.join(' ')}`;
  if (status !== 0) throw new Unobservable(`${called}: ${stderr.trim() || 'it failed'}`);
  const parsed = z.array(schema).safeParse(parseList(stdout));
  if (!parsed.success) throw new Unobservable(`${called}: printed what cannot be read`);
  return parsed.data;
}

const patienceMs = 4_000;

/** Runs few at a time: a node may have hundreds of pods to ask about, and has other work. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  while (running.size >= atOnce) await Promise.race(running);
  const result = work();
  const done = result.then(noop, noop);
  running.add(done);
  try {
    return await result;
  } finally {
    running.delete(done);
  }
}

const atOnce = 8;
const running = new Set<Promise<void>>();
const noop = () => undefined;

/** Some versions print nothing where there is nothing. */
function parseList(text: string): unknown {
  try {
    return text.trim() === '' ? [] : JSON.parse(text);
  } catch {
    return undefined;
  }
}
