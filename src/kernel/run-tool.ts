import type { Readable } from 'node:stream';
import { ExecaError, execa, type Options, type Result } from 'execa';
import { type Failure, ToolError } from '../backend/failure.ts';
import { notInstalled, notPermitted } from './tool-words.ts';

/** How a tool is run. */
export interface ToolOptions {
  /** What it reads; else there is nothing to read. */
  readonly input?: string | Readable | undefined;
  /** A descriptor that takes what it prints, in place of `stdout`. */
  readonly output?: number | undefined;
  /** Ends the tool where it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which a tool that has not ended is taken for one that hangs. */
  readonly patience?: number | undefined;
}

/** A tool that has ended by itself, in success where the status is 0. */
export interface Exited {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Long enough for what nft and iptables take on a busy node with 100,000 chains of others. */
const patienceMs = 600_000;

/** Milliseconds that a tool has to end in after SIGTERM. */
const grace = 5_000;

/**
 * Runs a tool to its end, without a shell. Throws a `ToolError` where it cannot be run, or does not end by itself: it was
 * killed, it hangs, or the signal aborted. What its status and its words mean is the caller's to know.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<Exited> {
  options.signal?.throwIfAborted();
  const { ended } = start(command, args, options, true);
  return exited(command, await ended);
}

/**
 * The lines that a tool prints, as it prints them. Throws as `runTool` does, and at the end what `failure` makes of a status
 * that is not 0. A reader may stop before.
 */
export async function* toolLines(
  command: string,
  args: readonly string[],
  failure: (exited: Exited) => Error,
  options: ToolOptions = {},
): AsyncIterable<string> {
  options.signal?.throwIfAborted();
  const { ended, stdout } = start(command, args, options, false);
  try {
    if (stdout !== null) yield* linesOf(stdout);
  } catch (error) {
    exited(command, await ended);
    throw error;
  }
  const end = exited(command, await ended);
  if (end.status !== 0) throw failure(end);
}

/** The lines of a text that comes in pieces. Those of execa and of node:readline take several times as long. */
export async function* linesOf(text: Readable): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of text.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line;
  }
  if (rest !== '') yield rest;
}

interface Running {
  readonly ended: Promise<Result | ExecaError>;
  readonly stdout: Readable | null;
}

function start(
  command: string,
  args: readonly string[],
  { input, output, signal, patience = patienceMs }: ToolOptions,
  isBuffered: boolean,
): Running {
  const options: Options = {
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    // Any descriptor will do, but execa's types know the first three only.
    ...(output === undefined ? {} : { stdout: output as 1 }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    // Bytes, since a text that comes in thousands of pieces is slow to search.
    encoding: 'buffer',
    stripFinalNewline: false,
    buffer: { stdout: isBuffered },
    // nft repeats a line for every mistake in it; the first ones are enough, and it applies nothing then.
    maxBuffer: { stdout: Number.POSITIVE_INFINITY, stderr: 1 << 16 },
    timeout: patience,
    forceKillAfterDelay: grace,
    env: { LC_ALL: 'C' },
  };
  const subprocess = execa(command, args, options);
  // Children of a tool may hold its output open, and execa would wait for them.
  subprocess.nodeChildProcess.once('exit', (_status, signalled) => {
    if (signalled === null) return;
    subprocess.stdout?.destroy();
    subprocess.stderr?.destroy();
  });
  return { ended: subprocess.catch(asExecaError), stdout: subprocess.stdout };
}

function asExecaError(error: unknown): ExecaError {
  if (error instanceof ExecaError) return error;
  throw error;
}

/** Throws a `ToolError` where the tool has not ended by itself. */
function exited(command: string, end: Result | ExecaError): Exited {
  const stderr = textOf(end.stderr);
  // What it was to read broke off, which the tool may have taken for all.
  if (end.exitCode !== undefined && end.cause instanceof Error) throw end.cause;
  // execa ends a tool that says too much.
  if (end.exitCode !== undefined || end.isMaxBuffer)
    return { status: end.exitCode ?? 1, stdout: textOf(end.stdout), stderr };
  throw failureOf(command, end, stderr.trim());
}

function failureOf(command: string, end: Result | ExecaError, said: string): Error {
  const options = { cause: end };
  const fail = (failure: Failure, why: string) => new ToolError(failure, why, options);
  const more = said === '' ? '' : ` (${said})`;
  if (end.timedOut)
    return fail(
      'unable',
      `${command}: it hung, and was ended after ${Math.round(end.durationMs / 1000)} s${more}`,
    );
  if (end.isCanceled) return fail('unable', `${command}: ended before it was done${more}`);
  if (end.signal !== undefined) return fail('unable', `${command}: killed by ${end.signal}${more}`);
  switch (end.code) {
    case undefined:
      return end instanceof Error ? end : new Error(`${command}: it failed`);
    case 'ENOENT':
      return fail('missing', notInstalled(command));
    case 'EACCES':
    case 'EPERM':
      return fail('permission', notPermitted(command, end.code));
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return fail('unable', `${command}: it could not be started: ${end.originalMessage}`);
    default:
      return fail('unknown', `${command}: it could not be started: ${end.originalMessage}`);
  }
}

function textOf(output: unknown): string {
  if (!(output instanceof Uint8Array)) return '';
  return Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString('utf8');
}
