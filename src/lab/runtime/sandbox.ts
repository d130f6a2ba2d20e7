import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Namespaces } from './namespaces.ts';

/** What a host of the lab, or a pod, sees of its machine. */
export interface SandboxOptions {
  readonly hostname: string;
  /** File of the network namespace. */
  readonly network: string;
  /** Where resolv.conf and hosts are kept; made, and removed with the sandbox. */
  readonly folder: string;
  readonly resolvConf: string;
  readonly hosts: string;
}

/** A process that holds mount, UTS and PID namespaces of its own in a network namespace, as the pause container of a pod does. */
export interface Sandbox {
  /** As seen in the PID namespace of the lab. */
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  /** What is in the file /etc/hosts of the sandbox from now on. */
  setHosts(text: string): void;
  /** Ends the process, and with it all that runs in its PID namespace. */
  stop(): Promise<void>;
}

/** Resolves when the files are in place. Throws an `Error` that says what could not be done. */
export async function startSandbox(options: SandboxOptions, namespaces: Namespaces): Promise<Sandbox> {
  const { folder, network, hostname } = options;
  mkdirSync(folder, { recursive: true });
  const files = { resolvConf: `${folder}/resolv.conf`, hosts: `${folder}/hosts` };
  writeFileSync(files.resolvConf, options.resolvConf);
  writeFileSync(files.hosts, options.hosts);
  const args = [
    '--mount',
    '--propagation',
    'slave',
    '--uts',
    'sh',
    '-c',
    script,
    'sh',
    hostname,
    files.resolvConf,
    files.hosts,
  ];
  const child = namespaces.inNetwork(network, () =>
    namespaces.inNewPidNamespace(() => spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] })),
  );
  const ended = endOf(child);
  const stop = () => {
    child.kill('SIGKILL');
    return ended.finally(() => rmSync(folder, { recursive: true, force: true }));
  };
  const pid = await ready(child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { pid, ended, stop, setHosts: (hosts) => writeFileSync(files.hosts, hosts) };
}

/**
 * The files are mounted over, not written: they are the machine's. What /proc and /sys show is of the new namespaces; a machine that
 * hides parts of them lets nobody mount them anew, and the old ones do for most purposes. The output is closed when all is done.
 * The files of network namespaces would keep them alive.
 */
const script = `set -e
umount -l /run/netns
mount --bind "$2" /etc/resolv.conf
mount --bind "$3" /etc/hosts
mount -t proc proc /proc 2>/dev/null || :
mount -t sysfs sysfs /sys 2>/dev/null || :
hostname "$1" 2>/dev/null || :
echo ready
exec sleep infinity >/dev/null 2>&1`;

async function ready(child: ChildProcess): Promise<number> {
  const { stdout, stderr, pid } = child;
  if (stdout === null || stderr === null) throw new Error('the sandbox has no output');
  const [printed, said] = await Promise.all([text(stdout), text(stderr)]);
  if (printed.trim() === 'ready' && pid !== undefined) return pid;
  throw new Error(`the sandbox could not be made: ${said.trim() || 'its process ended early'}`);
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}
