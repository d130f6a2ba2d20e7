import { removalInput } from '../iptables/removal.ts';
import { RestoreError } from '../iptables/rule-tool.ts';
import { readSavedTables } from '../iptables/saved-rules.ts';
import { iptablesTool } from '../kernel/iptables-tool.ts';
import { type IptablesVariant, usedVariants } from '../kernel/iptables-variant.ts';
import { restoreKept } from '../kernel/kept-settings.ts';
import { removePacketCounters } from '../kernel/nfacct.ts';
import { type Family, families } from '../net/family.ts';
import { type ExitStatus, exitStatus, UserError } from './exit-status.ts';

/** Removes all that Portolan or kube-proxy left in the kernel; rules of others stay as they are. */
export async function cleanup(): Promise<ExitStatus> {
  let failed = false;
  for (const variant of await usedVariants()) {
    for (const family of families) {
      try {
        const removed = await removeRules(family, variant);
        if (removed) process.stdout.write(`removed the ${family} rules (iptables-${variant})\n`);
      } catch (error) {
        if (!(error instanceof RestoreError)) throw error;
        process.stderr.write(`${error.message}\n`);
        failed = true;
      }
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

async function removeRules(family: Family, variant: IptablesVariant): Promise<boolean> {
  const tool = iptablesTool(family, variant);
  const lines = await Array.fromAsync(tool.save());
  const input = removalInput(readSavedTables(lines.join('\n')));
  if (input === '') return false;
  await tool.restore([input]);
  return true;
}
