import type { Command } from 'commander';
import type { Family } from '../../net/family.ts';
import {
  common,
  type Finish,
  familyOption,
  isColored,
  outputOption,
  type ParsedCommon,
  variantOption,
  withColor,
  withCommonOptions,
} from './common-options.ts';

/** `portolan diff`. */
export function addDiff(program: Command, finish: Finish): void {
  const command = program
    .command('diff')
    .description('show what changes between two rule sets: of objects, of the kernel, or saved')
    .option(
      '--against <live|file...>',
      'the rules before: those in the kernel, or files that iptables-save, ip6tables-save or nft list wrote (default: live; with --set, --with-config, --with-source or --apply the objects as they are)',
    )
    .option('--rules <file...>', 'the rules after: those of files, in place of the objects')
    .option('--set <field=value...>', 'the configuration after, with this field changed: masqueradeAll=true')
    .option('--with-config <file>', 'the configuration after, in place of --config')
    .option('--with-source <path>', 'the objects after, in place of those of --source')
    .option(
      '--apply <path...>',
      'the objects after: these applied to those of --source, as kubectl apply does',
    )
    .option(
      '--node-address <ip...>',
      "the node's addresses, where neither its Node object nor the machine tells them",
    )
    .option('--traffic', 'what changes for traffic: frontends, endpoints, policies, masquerading', false)
    .addOption(outputOption(['text', 'json']))
    .addOption(familyOption())
    .addOption(variantOption())
    .addHelpText('after', details);
  withCommonOptions(withColor(command)).action(async (options: Parsed) => {
    const { diff } = await import('../../diff/diff.ts');
    finish(
      await diff({
        ...common(command, options),
        against: options.against ?? [],
        rules: options.rules ?? [],
        set: options.set ?? [],
        withConfig: options.withConfig,
        withSource: options.withSource,
        apply: options.apply ?? [],
        nodeAddresses: options.nodeAddress ?? [],
        traffic: options.traffic ?? false,
        output: options.output ?? 'text',
        family: options.family,
        variant: options.iptablesVariant,
        color: isColored(options.color),
      }),
    );
  });
}

const details = `
Rules that differ only in comments or counters are the same. In mode nftables, elements of maps are compared too.
The order of rules counts inside a chain, but not among Services in the chains that dispatch to them. Chains of other
programs are not looked at.

Exit status: 0 when nothing changes, 1 when something does, 2 on an error.

Examples:
  portolan diff --source objects/                                     what a sync would change on this node
  portolan diff --source objects/ --set masqueradeAll=true --traffic  what changes for traffic if masqueradeAll is set
  portolan diff --source objects/ --apply new-service.yaml --traffic  what a manifest will change
  portolan diff --source objects/ --against iptables-save.txt         against kube-proxy's rules, or another node's
  portolan diff --rules after.txt --against before.txt                two saves`;

/** What commander leaves of the options. */
interface Parsed extends ParsedCommon {
  readonly against?: readonly string[];
  readonly rules?: readonly string[];
  readonly set?: readonly string[];
  readonly withConfig?: string;
  readonly withSource?: string;
  readonly apply?: readonly string[];
  readonly nodeAddress?: readonly string[];
  readonly traffic?: boolean;
  readonly output?: 'text' | 'json';
  readonly family?: Family;
  readonly iptablesVariant?: 'nft' | 'legacy';
  readonly color?: boolean;
}
