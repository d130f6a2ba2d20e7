import { ToolError } from '../backend/failure.ts';
import { packetCounters } from '../iptables/iptables-options.ts';
import { removePacketCounter } from '../kernel/iptables/nfacct.ts';
import { restoreKept } from '../kernel/node/kept-settings.ts';
import { type ExitStatus, exitStatus } from '../program/exit-status.ts';
import { allRemovals, type Removal } from './removals.ts';

/**
 * Removes all that Portolan or kube-proxy left in the kernel; rules of others stay as they are. What cannot be removed is
 * named, and the rest is done all the same.
 */
export async function cleanup(): Promise<ExitStatus> {
  const results: boolean[] = [];
  for (const removal of [...allRemovals(), ...packetCounters.map((name) => () => removePacketCounter(name))])
    results.push(await attempt(removal));
  results.push(await putBackSettings());
  return results.every((isDone) => isDone) ? exitStatus.ok : exitStatus.failed;
}

/** Tells whether nothing is left of it. Another error than a tool's is a fault of this program. */
async function attempt(removal: Removal): Promise<boolean> {
  try {
    for (const removed of await removal()) process.stdout.write(`removed ${removed}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}

async function putBackSettings(): Promise<boolean> {
  try {
    const { done, failed } = await restoreKept();
    for (const path of done) process.stdout.write(`put back ${path}\n`);
    for (const { path, reason } of failed) process.stderr.write(`${path} cannot be put back: ${reason}\n`);
    return failed.length === 0;
  } catch (error) {
    process.stderr.write(
      `kernel settings cannot be put back: ${error instanceof Error ? error.message : error}\n`,
    );
    return false;
  }
}
