import { execa } from 'execa';

const marker = 'isolated';
/** Where the lab has its folder. It is on every machine (hier(7)), and in the demo's own mount namespace for nothing else. */
const stateFolder = '/mnt';
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs a script again in mount, network and process namespaces of its own, as root or as a user that may make user
 * namespaces. The kernel removes everything in them with the script's process, whatever ends it.
 */
export async function runIsolated(script: string): Promise<number> {
  const flags = namespaceFlags();
  const obstacle = await findObstacle(flags);
  if (obstacle !== undefined) {
    process.stderr.write(obstacle);
    return 2;
  }
  const child = execa('unshare', [...flags, process.execPath, script, marker], {
    // Held open and never written to: when it closes, the process inside leaves.
    stdin: 'pipe',
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
    cleanup: false,
    // A group of its own: Ctrl-C reaches this process only, which then ends the other in order.
    detached: true,
  });
  let interrupted: number | undefined;
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      interrupted = code;
      child.stdin.end();
    });
  }
  const { exitCode } = await child;
  if (interrupted !== undefined) process.stderr.write('\nInterrupted. The demo left nothing behind.\n');
  return interrupted ?? exitCode ?? 1;
}

/** Whether this process is the one inside the namespaces. */
export function isIsolated(): boolean {
  return process.argv[2] === marker;
}

/**
 * Prepares the process inside: folders of its own, and an end (and its namespaces with it) as soon as the process
 * outside lets go or is gone.
 */
export async function enterIsolation(): Promise<void> {
  process.stdin.once('end', () => process.exit(1)).resume();
  for (const folder of ['/run', stateFolder]) await execa('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  process.env.XDG_STATE_HOME = stateFolder;
}

function namespaceFlags(): string[] {
  const common = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return process.getuid?.() === 0 ? common : ['--map-root-user', ...common];
}

async function findObstacle(flags: readonly string[]): Promise<string | undefined> {
  const trial = await execa('unshare', [...flags, 'true'], { reject: false });
  if (!trial.failed) return undefined;
  const advice =
    process.getuid?.() === 0
      ? 'In a container, give it the rights for it (for example docker run --privileged).'
      : `Run the demo as root, or allow user namespaces to unprivileged users: sysctl user.max_user_namespaces above 0,
kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0, where the system has them.`;
  return `The demo needs network namespaces, and this system does not let it make any:
  ${trial.stderr || trial.shortMessage}
${advice}
`;
}
