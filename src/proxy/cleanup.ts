import { removePacketCounters } from '../kernel/iptables/nfacct.ts';
import { restoreKept } from '../kernel/node/kept-settings.ts';
import { type ExitStatus, exitStatus, UserError } from '../program/exit-status.ts';
import { allRemovals } from './removals.ts';

/** Removes all that Portolan or kube-proxy left in the kernel; rules of others stay as they are. */
export async function cleanup(): Promise<ExitStatus> {
  let failed = false;
  for (const removal of allRemovals()) {
    try {
      for (const removed of await removal()) process.stdout.write(`removed ${removed}\n`);
    } catch (error) {
      if (!(error instanceof Error && 'failure' in error)) throw error;
      process.stderr.write(`${error.message}\n`);
      failed = true;
    }
  }
  if (failed) return exitStatus.failed;
  await removePacketCounters();
  try {
    for (const path of await restoreKept()) process.stdout.write(`put back ${path}\n`);
  } catch (error) {
    throw new UserError(
      `a kernel setting cannot be put back: ${error instanceof Error ? error.message : error}`,
    );
  }
  return exitStatus.ok;
}
