import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { linesOf } from '../../kernel/run-tool.ts';
import { UserError } from '../../program/exit-status.ts';
import type { Step } from '../control/messages.ts';
import type { StartMessage } from '../daemon/start-message.ts';
import { claimFolder, handOver } from '../folder/claim-folder.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import type { LabSpec } from '../lab-spec.ts';
import { namespaceObstacle, requireMachine } from './require-machine.ts';
import { startProcess } from './start-process.ts';

/** Starts a lab, and resolves when it is ready. Throws a `UserError` where that fails; then nothing is left of it. */
export async function up(name: string, spec: LabSpec, tell: (step: Step) => void): Promise<LabFolder> {
  requireMachine(spec);
  const folder = claimFolder(name);
  try {
    writeFileSync(folder.spec, JSON.stringify(spec));
    await start(folder, tell);
    return folder;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const log = readLog(folder);
    const reason = log.some((line) => line.startsWith('unshare: ')) ? namespaceObstacle() : said;
    rmSync(folder.path, { recursive: true, force: true });
    throw new UserError([`lab ${name} could not be started: ${reason}`, ...log].join('\n'));
  }
}

async function start(folder: LabFolder, tell: (step: Step) => void): Promise<void> {
  const child = startProcess(folder);
  const ended = endOf(child);
  const interrupted = Promise.withResolvers<never>();
  const interrupt = (signal: NodeJS.Signals) => interrupted.reject(new Error(`it was ended by ${signal}`));
  for (const signal of signals) process.once(signal, interrupt);
  try {
    if (child.pid !== undefined) handOver(folder, child.pid);
    await Promise.race([untilReady(child, tell), interrupted.promise, ended]);
    child.unref();
  } catch (error) {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Then the lab goes on without this process. */
async function untilReady(child: ChildProcess, tell: (step: Step) => void): Promise<void> {
  const stream = child.stdio[3];
  if (!(stream instanceof Socket)) throw new Error('the lab has no way to tell how far it is');
  for await (const line of linesOf(stream)) {
    const message: StartMessage = JSON.parse(line);
    if (message.kind === 'step') tell(message.step);
    else if (message.kind === 'failed') throw new Error(message.reason);
    else return;
  }
  throw new Error('its process ended');
}

/** Rejects when the process ends, which it is not to do. */
function endOf(child: ChildProcess): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  child.once('error', reject);
  child.once('exit', () => reject(new Error('its process ended')));
  promise.catch(() => undefined);
  return promise;
}

/** The last lines that its processes wrote. */
function readLog({ logs }: LabFolder): readonly string[] {
  try {
    return readFileSync(`${logs}/lab.log`, 'utf8').trim().split('\n').filter(Boolean).slice(-10);
  } catch {
    return [];
  }
}
