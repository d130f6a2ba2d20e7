import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
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

/**
 * Runs a tool to its end, without a shell. Throws a `ToolError` where it cannot be run, or does not end by itself: it was
 * killed, it hangs, or the signal aborted. What its status and its words mean is the caller's to know.
 *
 * Not by execa: to load it takes 0.1 s of each start of the program, and a call 2 ms more of this process, of which a walk
 * through live rules makes hundreds.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<Exited> {
  const tool = start(command, args, options);
  const stdout = collect(tool.stdout);
  const { status, stderr } = await tool.ended;
  return { status, stdout: stdout(), stderr };
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
  const tool = start(command, args, options);
  let isRead = false;
  try {
    yield* linesOf(tool.stdout);
    isRead = true;
  } catch (error) {
    isRead = true;
    await tool.ended;
    throw error;
  } finally {
    if (!isRead) tool.stop('nobody reads on');
  }
  const { status, stderr } = await tool.ended;
  if (status !== 0) throw failure({ status, stdout: '', stderr });
}

/** The lines of a text that comes in pieces. Those of node:readline take several times as long. */
export async function* linesOf(text: Readable): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of text.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line;
  }
  if (rest !== '') yield rest;
}

function start(command: string, args: readonly string[], options: ToolOptions): RunningTool {
  const { input, output = 'pipe', signal, patience = patienceMs } = options;
  signal?.throwIfAborted();
  const child = spawned(command, args, [input === undefined ? 'ignore' : 'pipe', output, 'pipe']);
  const tool = new RunningTool(command, child, input);
  const onAbort = () => tool.stop('ended before it was done');
  const timer = setTimeout(() => tool.stop(`it hung, and was ended after ${patience / 1000} s`), patience);
  signal?.addEventListener('abort', onAbort);
  const letGo = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  tool.ended.then(letGo, letGo);
  return tool;
}

function spawned(command: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
  try {
    return spawn(command, args, { stdio, env: { ...process.env, LC_ALL: 'C' } });
  } catch (error) {
    throw notStarted(command, error);
  }
}

/** What runs does not outlive this process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

class RunningTool {
  readonly #command: string;
  readonly #child: ChildProcess;
  #stopped: string | undefined;
  /** Resolves when the tool has ended by itself. Need not be waited for. */
  readonly ended: Promise<Omit<Exited, 'stdout'>>;

  constructor(command: string, child: ChildProcess, input: ToolOptions['input']) {
    this.#command = command;
    this.#child = child;
    this.ended = Promise.race([this.#end(), this.#feed(input)]);
    this.ended.catch(() => undefined);
  }

  get stdout(): Readable {
    // Where it could not be started, it has none.
    return this.#child.stdout ?? Readable.from([]);
  }

  /** SIGTERM, and SIGKILL where that does not end it. */
  stop(why: string): void {
    this.#stopped ??= why;
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    this.#child.once('exit', () => clearTimeout(kill));
    if (this.#child.kill()) return;
    clearTimeout(kill);
    this.#letGoOfOutput();
  }

  #letGoOfOutput(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  async #end(): Promise<Omit<Exited, 'stdout'>> {
    const said = collect(this.#child.stderr, mostSaid);
    running.add(this.#child);
    const closed = Promise.withResolvers<readonly [status: number | null, killedBy: string | null]>();
    this.#child.once('error', (error) => closed.reject(notStarted(this.#command, error)));
    this.#child.once('close', (...how) => closed.resolve(how));
    // Children of its own may hold its output open, and are not waited for.
    this.#child.once('exit', (status) => {
      if (status === null) this.#letGoOfOutput();
    });
    const [status, killedBy] = await closed.promise.finally(() => running.delete(this.#child));
    const stderr = said();
    if (status !== null && this.#stopped === undefined) return { status, stderr };
    const why = this.#stopped ?? `killed by ${killedBy}`;
    throw new ToolError('unable', [`${this.#command}: ${why}`, stderr.trim()].filter(Boolean).join(': '));
  }

  /** Never resolves. Rejects where the input breaks off, which the tool must not take for the end of it. */
  #feed(input: ToolOptions['input']): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    const { stdin } = this.#child;
    // A tool may end before it has read everything.
    stdin?.on('error', () => undefined);
    if (typeof input === 'string') stdin?.end(input);
    else if (input !== undefined && stdin) {
      const source = Readable.from(input);
      source.once('error', (error) => {
        this.stop('its input broke off');
        reject(error);
      });
      source.pipe(stdin);
    }
    return promise;
  }
}

/** Bytes of what a tool says that are kept. */
const mostSaid = 1 << 16;

/** Collects a text, as far as it goes; the function gives what has come. In one piece, since one of thousands is slow to search. */
function collect(stream: Readable | null | undefined, most = Number.POSITIVE_INFINITY): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('error', () => undefined);
  stream?.on('data', (chunk: Buffer) => {
    if (length < most) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).subarray(0, most).toString();
}

function notStarted(command: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const why = error instanceof Error ? error.message : String(error);
  switch (code) {
    case 'ENOENT':
      return new ToolError('missing', notInstalled(command), { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new ToolError('permission', notPermitted(command, why), { cause: error });
    default: {
      const failure: Failure = passing.has(String(code)) ? 'unable' : 'unknown';
      return new ToolError(failure, `${command}: it could not be started: ${why}`, { cause: error });
    }
  }
}

/** Of errno.h: what passes where a process cannot be started. */
const passing: ReadonlySet<string> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);
