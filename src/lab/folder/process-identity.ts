import { readFileSync } from 'node:fs';

/** A process and when it started, since numbers of processes are used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after the start of the machine, and which start that was. */
  readonly startedAt: string;
}

/** Of a process that is there; `undefined` where there is none. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may hold anything (proc_pid_stat(5)); field 22 is the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    // A zombie is gone but for its number.
    return fields[0] === 'Z' ? undefined : { pid, startedAt: `${boot} ${fields[19]}` };
  } catch {
    return undefined;
  }
}

/** Whether that very process lives. */
export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return identityOf(pid)?.startedAt === startedAt;
}
