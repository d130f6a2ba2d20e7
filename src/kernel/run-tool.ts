import { Readable } from 'node:stream';
import { ExecaError, execa, type Options, type Result } from 'execa';
import { type Failure, ToolError } from '../backend/failure.ts';
import { notInstalled, notPermitted } from './tool-words.ts';

/** How a tool is run. */
export interface ToolOptions {
  /** What it reads; else there is nothing to read. */
  readonly input?: string | Iterable<string> | undefined;
  /** A descriptor that takes what it prints, in place of `stdout`, or that nobody does. */
  readonly output?: number | 'ignore' | undefined;
  /** Ends the tool where it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which a tool that has not ended is taken for one that hangs. */
  readonly patience?: number | undefined;
}

/** A tool that has ended by itself, in success where the status is 0. */
export interface Exited {
  readonly status: number;
  readonly stdout: string;
  /** The first 64 KB: nft repeats a line for every mistake in it. */
  readonly stderr: string;
}

/** Long enough for what nft and iptables take on a busy node with 100,000 chains of others. */
const patienceMs = 600_000;

/** Milliseconds that a tool has to end in after SIGTERM, before SIGKILL. */
const grace = 5_000;

/** Bytes of what a tool says that are kept. A tool that says more is ended: it has failed, and applies nothing. */
const mostSaid = 1 << 16;

/**
 * Runs a tool to its end, without a shell. Throws a `ToolError` where it cannot be run, or does not end by itself: it was
 * killed, it hangs, or the signal aborted. What its status and its words mean is the caller's to know.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<Exited> {
  const { ended } = start(command, args, options, true);
  return await ended;
}

/**
 * The lines that a tool prints, as it prints them. Throws as `runTool` does, and at the end what `failure` makes of a status
 * that is not 0. Where its reader stops before, the tool is ended.
 */
export async function* toolLines(
  command: string,
  args: readonly string[],
  failure: (exited: Exited) => Error,
  options: ToolOptions = {},
): AsyncIterable<string> {
  const { ended, stdout, stop } = start(command, args, options, false);
  let isRead = false;
  try {
    yield* linesOf(stdout);
    isRead = true;
  } catch (error) {
    isRead = true;
    await ended;
    throw error;
  } finally {
    if (!isRead) stop();
  }
  const end = await ended;
  if (end.status !== 0) throw failure(end);
}

/** The lines of a text that comes in pieces. Those of execa and node:readline take several times as long. */
export async function* linesOf(text: Readable): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of text.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line;
  }
  if (rest !== '') yield rest;
}

interface RunningTool {
  /** Resolves when the tool has ended by itself. Need not be waited for. */
  readonly ended: Promise<Exited>;
  readonly stdout: Readable;
  readonly stop: () => void;
}

function start(
  command: string,
  args: readonly string[],
  { input, output, signal, patience = patienceMs }: ToolOptions,
  isBuffered: boolean,
): RunningTool {
  signal?.throwIfAborted();
  const source = typeof input === 'string' || input === undefined ? input : Readable.from(input);
  // Its end must not look like the end of the input: the tool would take a part for the whole.
  if (source instanceof Readable) source.once('error', () => stop());
  const options: Options = {
    ...(source === undefined ? { stdin: 'ignore' } : { input: source }),
    // Any descriptor will do, but execa's types know the first three only.
    ...(output === undefined ? {} : { stdout: output as 1 }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    // Bytes, since a text that comes in thousands of pieces is slow to search.
    encoding: 'buffer',
    stripFinalNewline: false,
    buffer: { stdout: isBuffered },
    maxBuffer: { stdout: Number.POSITIVE_INFINITY, stderr: mostSaid },
    timeout: patience,
    forceKillAfterDelay: grace,
    env: { LC_ALL: 'C' },
  };
  const subprocess = execa(command, args, options);
  const stop = () => void subprocess.kill();
  const child = subprocess.nodeChildProcess;
  running.add(child);
  child.once('exit', (status) => {
    running.delete(child);
    // Children of its own may hold its output open, and are not waited for.
    if (status !== null) return;
    subprocess.stdout?.destroy();
    subprocess.stderr?.destroy();
  });
  const ended = subprocess.catch(asExecaError).then((end) => exited(command, end, patience));
  ended.catch(() => undefined);
  return { ended, stdout: subprocess.stdout ?? Readable.from([]), stop };
}

/** What runs does not outlive this process, though it does not mind SIGTERM. */
const running = new Set<{ kill(signal: 'SIGKILL'): boolean }>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function asExecaError(error: unknown): ExecaError {
  if (error instanceof ExecaError) return error;
  throw error;
}

/** Throws a `ToolError` where the tool has not ended by itself. */
function exited(command: string, end: Result | ExecaError, patience: number): Exited {
  const stderr = textOf(end.stderr);
  if (end.exitCode === undefined && !end.isMaxBuffer) throw failureOf(command, end, stderr.trim(), patience);
  return { status: end.exitCode ?? 1, stdout: textOf(end.stdout), stderr };
}

function failureOf(command: string, end: Result | ExecaError, said: string, patience: number): Error {
  const unable = (why: string) =>
    new ToolError('unable', [`${command}: ${why}`, said].filter(Boolean).join(': '), { cause: end });
  if (end.timedOut) return unable(`it hung, and was ended after ${patience / 1000} s`);
  if (end.isCanceled) return unable('ended before it was done');
  if (end.code !== undefined && isStartFailure(end.code)) return notStarted(command, end);
  // The input broke off, by a fault of this program.
  if (end.cause instanceof Error) return end.cause;
  return unable(`killed by ${end.signal}`);
}

function isStartFailure(code: string): boolean {
  return code in startFailures;
}

/** Of errno.h: what passes where a process cannot be started, and what does not. */
const startFailures: Readonly<Record<string, Failure>> = {
  ENOENT: 'missing',
  EACCES: 'permission',
  EPERM: 'permission',
  EAGAIN: 'unable',
  EMFILE: 'unable',
  ENFILE: 'unable',
  ENOMEM: 'unable',
  ENOEXEC: 'unknown',
  E2BIG: 'unknown',
};

function notStarted(
  command: string,
  { code = '', originalMessage = '', cause }: Result | ExecaError,
): ToolError {
  const failure = startFailures[code] ?? 'unknown';
  switch (failure) {
    case 'missing':
      return new ToolError(failure, notInstalled(command), { cause });
    case 'permission':
      return new ToolError(failure, notPermitted(command, originalMessage), { cause });
    default:
      return new ToolError(failure, `${command}: it could not be started: ${originalMessage}`, { cause });
  }
}

function textOf(output: unknown): string {
  if (!(output instanceof Uint8Array)) return '';
  return Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString('utf8');
}
