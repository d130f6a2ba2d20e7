import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { ownCommands } from '../../program/own-commands.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import { labPath } from './require-machine.ts';

/**
 * Starts the process of a lab, in mount and PID namespaces of its own, and in a user namespace where this user is not root. All
 * that the lab starts ends with it, whatever ends it: so do the network namespaces, whose files are in memory that only the lab
 * sees. What it tells comes by the fourth stream.
 */
export function startProcess({ name, logs, path }: LabFolder): ChildProcess {
  const isRoot = process.getuid?.() === 0;
  const args = [
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...['--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['sh', '-c', script, 'sh', ownCommands.portolan, name, path],
  ];
  const log = openSync(`${logs}/lab.log`, 'a');
  try {
    return spawn('unshare', args, {
      cwd: path,
      detached: true,
      env: { ...process.env, PATH: labPath() },
      stdio: ['ignore', log, log, 'pipe'],
    });
  } finally {
    closeSync(log);
  }
}

/**
 * The shell stays as the first process of the namespace: it takes in processes that lost their parent. A link at /etc/resolv.conf
 * leads into the /run that was there before, on machines with systemd-resolved; sandboxes mount their own file over its end. The
 * folder of the lab, from which this starts, may have been there, too.
 */
const script = `set -e
mount -t tmpfs tmpfs /run
case $3 in /run/*) mkdir -p "$3" && mount --no-canonicalize --bind . "$3" && cd "$3" ;; esac
mkdir /run/netns
mount -t tmpfs tmpfs /run/netns
for file in /etc/resolv.conf /etc/hosts; do
  end=$(readlink -m "$file")
  case $end in /run/*) mkdir -p "\${end%/*}" && : >"$end" ;; esac
done
"$1" lab serve --name "$2" &
wait $!`;
