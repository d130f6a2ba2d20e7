import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ownCommands } from '../../program/own-commands.ts';
import type { Namespaces } from '../runtime/namespaces.ts';

/** A program of this package that runs on a node, and is started again where it ends by itself. */
export interface NodeProcess {
  readonly isRunning: boolean;
  stop(): Promise<void>;
}

export interface NodeProcessOptions {
  /** A command in front of the program that enters namespaces. */
  readonly launcher?: readonly string[];
  readonly args: readonly string[];
  /** File of the network namespace. */
  readonly network: string;
  /** Where it may keep files while it runs. */
  readonly runtimeFolder: string;
  /** Takes its output, after what is there. */
  readonly log: string;
}

export function startNodeProcess(options: NodeProcessOptions, namespaces: Namespaces): NodeProcess {
  const { launcher = [], args, network, runtimeFolder, log } = options;
  const [command = '', ...words] = [...launcher, ownCommands.portolan, ...args];
  const ending = new AbortController();
  let child: ChildProcess | undefined;
  mkdirSync(runtimeFolder, { recursive: true });
  const env = {
    ...process.env,
    RUNTIME_DIRECTORY: runtimeFolder,
    // Each node has its own, as on machines of their own.
    XTABLES_LOCKFILE: `${runtimeFolder}/xtables.lock`,
  };
  const start = () => {
    const output = openSync(log, 'a');
    try {
      const stdio = ['ignore', output, output] as const;
      return namespaces.inNetwork(network, () => spawn(command, words, { env, stdio: [...stdio] }));
    } finally {
      closeSync(output);
    }
  };
  const run = async () => {
    while (!ending.signal.aborted) {
      child = start();
      const how = await endOf(child);
      child = undefined;
      if (ending.signal.aborted) return;
      appendFileSync(log, `portolan ${args[0]} ended (${how}), and is started again\n`);
      await delay(pause, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const done = run();
  return {
    get isRunning() {
      return child !== undefined;
    },
    async stop() {
      ending.abort();
      child?.kill('SIGKILL');
      await done;
    },
  };
}

/** Milliseconds. */
const pause = 500;

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (status, signal) => resolve(signal ?? `status ${status}`));
  });
}
