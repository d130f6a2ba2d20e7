import { readFileSync } from 'node:fs';

/** The CPUs that the two ends of the connections run on, as taskset(1) takes them. */
export interface Placement {
  readonly client: string;
  readonly server: string;
}

/**
 * The words of a command that runs one end on a CPU of its own, where this process may use two. Left to the
 * scheduler both ends share one at times, and the figures differ by a third from run to run.
 */
export function commandOn(end: keyof Placement, command: readonly string[]): readonly [string, ...string[]] {
  return ['taskset', '--cpu-list', cpus[end], ...command];
}

const cpus = placementOn(allowedCpus());

function allowedCpus(): string {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
}

/** The first two CPUs of a list such as `0-3,8` (cpuset(7), "List format"). */
export function placementOn(list: string): Placement {
  const [client = '0', server = client] = list.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    return first === last ? [first] : [first, String(Number(first) + 1)];
  });
  return { client, server };
}
