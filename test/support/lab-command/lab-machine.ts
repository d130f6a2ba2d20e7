import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Finished, type Program, startProgram } from '../cli/program.ts';

/**
 * A machine for labs: user, mount, PID and network namespaces of its own. Whatever a lab left in it would be seen, since nothing
 * else is in it.
 */
export interface LabMachine extends AsyncDisposable {
  /** Runs a shell script; `portolan` in it is the real command. */
  sh(script: string, env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** All that a lab could leave: processes, mounts, links and files. */
  traces(): Promise<readonly string[]>;
}

/** `networks`: how many network namespaces there may be at once, those included that nothing shows. */
export function startLabMachine({ networks }: { readonly networks: number }): LabMachine {
  const state = mkdtempSync(join(tmpdir(), 'lab-'));
  const program = startProgram(
    [...launcher, 'sh', '-c', `echo ${networks} >/proc/sys/user/max_net_namespaces && exec "$0" "$@"`],
    { XDG_STATE_HOME: state },
  );
  return {
    sh: (script, env = {}) => program.sh(`${functions}\n${script}`, { env }),
    traces: () => tracesOf(program),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** Why there can be none here; `undefined` where there can. */
export async function labMachineUnavailable(): Promise<string | undefined> {
  const { failed, stderr } = await execa(launcher[0] ?? '', [...launcher.slice(1), 'true'], {
    reject: false,
  });
  return failed ? `no user namespaces: ${String(stderr).trim()}` : undefined;
}

const launcher = [
  ...['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  '--net',
] as const;

const functions = `
  PATH=$PATH:/usr/sbin:/sbin
  portolan() { '${fileURLToPath(new URL('../../../bin/portolan', import.meta.url))}' "$@"; }`;

async function tracesOf(program: Program): Promise<readonly string[]> {
  const { stdout } = await program.sh(`
    ps -e -o stat= -o args= | sed -n -e '/^Z/d' -e '/ ps -e /d' -e '/ sed /d' -e '/ sh -c /d' -e 's/^[^ ]* *//p'
    cut -d ' ' -f 4- /proc/self/mountinfo
    ip -o link
    find "$XDG_STATE_HOME" -mindepth 3`);
  return stdout.split('\n').sort();
}
