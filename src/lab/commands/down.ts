import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { childOf } from '../folder/child-of.ts';
import { livingLabs, processOf } from '../folder/claim-folder.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import { isAlive, type ProcessIdentity } from '../folder/process-identity.ts';

/** Ends a lab, and resolves when nothing of it is left. */
export async function down(folder: LabFolder): Promise<void> {
  const identity = processOf(folder);
  if (identity !== undefined) await end(identity);
  rmSync(folder.path, { recursive: true, force: true });
}

/** All labs of this user. */
export async function downAll(): Promise<readonly LabFolder[]> {
  const labs = livingLabs();
  await Promise.all(labs.map(down));
  return labs;
}

/**
 * The child of that process is the first of a PID namespace: the kernel ends all others of the lab before it is gone, and then
 * its parent goes.
 */
async function end(identity: ProcessIdentity): Promise<void> {
  try {
    process.kill(childOf(identity.pid) ?? identity.pid, 'SIGKILL');
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  while (isAlive(identity)) await delay(pause);
}

/** Milliseconds. */
const pause = 5;
