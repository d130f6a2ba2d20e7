import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { execa } from 'execa';
import { until } from '../until.ts';

/**
 * Makes network namespaces, one for each role, and removes them when disposed of. A process that ends in
 * another way (exit, SIGINT, SIGTERM) removes them too; after a SIGKILL the next process does.
 * `batch` holds further lines for `ip -batch`, which find the namespaces by `nameOf`.
 */
export async function createNamespaces<Role extends string>(
  roles: readonly Role[],
  batch: (nameOf: (role: Role) => string) => readonly string[] = () => [],
): Promise<Namespaces<Role>> {
  await prepare();
  const prefix = `ptl-${process.pid}-${randomBytes(3).toString('hex')}`;
  const nameOf = (role: Role) => `${prefix}-${role}`;
  const names = roles.map(nameOf);
  for (const name of names) living.add(name);
  try {
    await ipBatch([...names.map((name) => `netns add ${name}`), ...batch(nameOf)]);
  } catch (error) {
    await remove(names);
    throw error;
  }
  return { nameOf, [Symbol.asyncDispose]: () => remove(names) };
}

export interface Namespaces<Role extends string> extends AsyncDisposable {
  nameOf(role: Role): string;
}

/**
 * The words of a command in front of another one, which then runs in the namespace. `ip netns exec` takes longer: it makes a
 * mount namespace too, with the namespace's own /sys.
 */
export function inNamespace(name: string): readonly [string, ...string[]] {
  return ['nsenter', `--net=/run/netns/${name}`];
}

/** Runs lines of `ip` in one process, inside a namespace if one is named. */
export async function ipBatch(lines: readonly string[], namespace?: string): Promise<void> {
  const scope = namespace === undefined ? [] : ['-netns', namespace];
  await execa('ip', [...scope, '-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') });
}

/**
 * As `ipBatch`, for the links and addresses of a namespace. The kernel makes an IPv6 address usable behind the back
 * of `addr add`, even with `nodad`: packets to it are taken only when it has its route in the local table.
 */
export async function configureInterfaces(lines: readonly string[], namespace: string): Promise<void> {
  await ipBatch(lines, namespace);
  const expected = lines.flatMap((line) => {
    const [, address, device] = /^addr add (\S+:\S*)\/\d+ dev (\S+)/.exec(line) ?? [];
    return address === undefined ? [] : [`local ${address} dev ${device} `];
  });
  if (expected.length === 0) return;
  await until(
    async () => (await execa('ip', ['-netns', namespace, '-6', 'route', 'show', 'table', 'local'])).stdout,
    (routes) => expected.every((route) => routes.includes(route)),
  );
}

/**
 * Has what a device of the namespace receives handled by any processor. By the sender's own, a refusal would come while its
 * socket is still in `connect`, where the kernel takes no note of it: TCP by IPv6 would ask again only a second later.
 */
export async function steerToAllProcessors(namespace: string): Promise<void> {
  const mask = (2 ** Math.min(availableParallelism(), 32) - 1).toString(16);
  const script = `for queue in /sys/class/net/*/queues/rx-*/rps_cpus; do echo ${mask} >$queue; done`;
  // Its /sys shows the namespace's own devices. Where it may not be written to, refusals take their second.
  await execa('ip', ['netns', 'exec', namespace, 'sh', '-c', script], { reject: false });
}

/** The namespaces of this process that are not removed yet. */
const living = new Set<string>();

let prepared: Promise<void> | undefined;

function prepare(): Promise<void> {
  prepared ??= (async () => {
    process.once('exit', removeLivingNow);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        removeLivingNow();
        // The listener is gone now, so this is the signal's own effect.
        process.kill(process.pid, signal);
      });
    }
    await remove(await namesOfDeadProcesses());
  })();
  return prepared;
}

async function remove(names: readonly string[]): Promise<void> {
  // -force goes on after a line that fails: a namespace may be gone, or was never made.
  await execa('ip', ['-force', '-batch', '-'], { input: deletion(names), reject: false });
  for (const name of names) living.delete(name);
}

function removeLivingNow(): void {
  if (living.size > 0) spawnSync('ip', ['-force', '-batch', '-'], { input: deletion([...living]) });
}

function deletion(names: readonly string[]): string {
  return names.map((name) => `netns del ${name}\n`).join('');
}

async function namesOfDeadProcesses(): Promise<string[]> {
  const names = await readdir('/run/netns').catch(() => []);
  return names.filter((name) => {
    const pid = /^ptl-(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
