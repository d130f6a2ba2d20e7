import type { Command } from 'commander';
import { readFlags } from '../../config/flags/add-flags.ts';
import {
  common,
  type Finish,
  type ParsedCommon,
  variantOption,
  withCommonOptions,
} from './common-options.ts';

/** `portolan run`, which is also what it does without a command. */
export function addRun(program: Command, finish: Finish): void {
  const command = program
    .command('run', { isDefault: true })
    .description("program this node's rules and keep them equal to the objects")
    .option('--once', 'program the rules once, and end', false)
    .option(
      '--allow-empty',
      'where the files of --source have no Service, remove the rules that stand; else they stay',
      false,
    )
    .option(
      '--traffic-metrics',
      'serve the new connections of every Service and endpoint at /metrics; mode nftables only',
      false,
    )
    .addOption(variantOption())
    .addHelpText(
      'after',
      `
Exit status: 0 when a signal ended it, or --once programmed everything; 1 when --once had to leave out something
of the input, or rules stay since not all objects are known; 2 when nothing, or not everything else, could be programmed.

Examples:
  portolan run --source objects/ --config config.yaml
  portolan run --source objects.yaml --once --iptables-variant legacy
  portolan --source objects/ --cluster-cidr 10.244.0.0/16 -v 4`,
    );
  withCommonOptions(command).action(async (options: Parsed) => {
    const flags = readFlags(command);
    if (flags.cleanup === true) {
      const { cleanup } = await import('../../proxy/cleanup.ts');
      return finish(await cleanup());
    }
    const { run } = await import('../../proxy/run.ts');
    finish(
      await run({
        ...common(command, options),
        once: options.once ?? false,
        allowEmpty: options.allowEmpty ?? false,
        trafficMetrics: options.trafficMetrics ?? false,
        variant: options.iptablesVariant,
      }),
    );
  });
}

/** What commander leaves of the options. */
interface Parsed extends ParsedCommon {
  readonly once?: boolean;
  readonly allowEmpty?: boolean;
  readonly trafficMetrics?: boolean;
  readonly iptablesVariant?: 'nft' | 'legacy';
}
