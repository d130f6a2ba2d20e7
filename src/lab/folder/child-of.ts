import { readdirSync, readFileSync } from 'node:fs';

/** The first child of a process; `undefined` where it has none. */
export function childOf(pid: number): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && parentOf(name) === pid) return Number(name);
  }
  return undefined;
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may hold anything (proc_pid_stat(5)).
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(parent);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
