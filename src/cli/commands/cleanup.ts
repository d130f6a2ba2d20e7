import type { Command } from 'commander';
import { type Finish, withCommonOptions } from './common-options.ts';

/** `portolan cleanup`. */
export function addCleanup(program: Command, finish: Finish): void {
  const command = program
    .command('cleanup')
    .description('remove all rules that Portolan or kube-proxy left; rules of others stay')
    .addHelpText(
      'after',
      `
nftables, both iptables variants and both families are cleaned, and kernel settings get back the values that they had. Objects
and configuration make no difference; the options are there so that every command takes the same.

Exit status: 0, or 2 when something could not be removed.

Example:
  portolan cleanup`,
    );
  withCommonOptions(command).action(async () => {
    const { cleanup } = await import('../../proxy/cleanup.ts');
    finish(await cleanup());
  });
}
