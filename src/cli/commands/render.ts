import type { Command } from 'commander';
import type { Family } from '../../net/family.ts';
import { common, type Finish, familyOption, type ParsedCommon, withCommonOptions } from './common-options.ts';

/** `portolan render`. */
export function addRender(program: Command, finish: Finish): void {
  const command = program
    .command('render')
    .description('print the rules for the objects; touches nothing')
    .addOption(familyOption())
    .addHelpText(
      'after',
      `
The rules are those of a node that has the addresses of its Node object. They come as iptables-restore takes them, or
in mode nftables as nft does, IPv4 first.

Exit status: 0, or 1 when something of the input was left out, or 2 when nothing could be rendered.

Examples:
  portolan render --source objects.yaml
  portolan render --source objects/ --hostname-override node-0 --family IPv6
  kubectl get services,endpointslices -A -o yaml | portolan render --source /dev/stdin`,
    );
  withCommonOptions(command).action(async (options: Parsed) => {
    const { render } = await import('../../render/render.ts');
    finish(await render({ ...common(command, options), family: options.family }));
  });
}

/** What commander leaves of the options. */
interface Parsed extends ParsedCommon {
  readonly family?: Family;
}
