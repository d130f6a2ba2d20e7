import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { clusterCIDR } from '../iptables/rules.ts';

/** The built command of this checkout. */
export const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));

/** What every command of Portolan needs to know of a generated cluster in a folder. */
export function clusterFlags(folder: string): readonly string[] {
  return ['--proxy-mode', 'nftables', '--source', folder, '--cluster-cidr', clusterCIDR];
}

/** A `portolan run` whose rules are in force. */
export interface StartedPortolan {
  readonly pid: number;
  /** Seconds from the start of the process until all rules were in force. */
  readonly programmed: number;
  /** Waits for the log line that tells of the next such sync, which is written when its transaction is in the kernel. */
  synced(scope: 'full' | 'partial'): Promise<void>;
  /** Resolves when the process has ended. Its rules stay. */
  end(): Promise<void>;
}

/** Starts `portolan run` with these flags and waits until the tables of both families are in force. */
export async function startPortolan(
  flags: readonly string[],
  program: string = portolan,
): Promise<StartedPortolan> {
  const started = performance.now();
  const args = ['run', ...flags, '--logging-format', 'json', '-v', '2'];
  const subprocess = execa(program, args, { buffer: false, reject: false });
  const lines = createInterface({ input: subprocess.stderr })[Symbol.asyncIterator]();
  const synced = async (scope: 'full' | 'partial') => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('portolan ended');
      if (isSynced(value, scope)) return;
    }
  };
  // One of each family.
  for (let family = 0; family < 2; family++) await synced('full');
  const programmed = (performance.now() - started) / 1000;
  const { pid } = subprocess;
  if (pid === undefined) throw new Error('portolan did not start');
  const end = async () => {
    subprocess.kill('SIGTERM');
    await subprocess;
  };
  return { pid, programmed, synced, end };
}

function isSynced(line: string, scope: 'full' | 'partial'): boolean {
  const entry = JSON.parse(line);
  if (entry.msg === 'sync failed') throw new Error(line);
  return entry.msg === 'synced' && entry.scope === scope;
}

/** Seconds that a command of Portolan takes as a whole process, and what it prints. Throws where it fails. */
export async function timePortolan(args: readonly string[]): Promise<TimedCommand> {
  const started = performance.now();
  const { stdout } = await execa(portolan, args);
  return { seconds: (performance.now() - started) / 1000, stdout };
}

export interface TimedCommand {
  readonly seconds: number;
  readonly stdout: string;
}
