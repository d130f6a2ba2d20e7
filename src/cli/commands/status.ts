import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Milliseconds, parseDuration } from '../../config/duration.ts';
import type { Family } from '../../net/family.ts';
import {
  common,
  type Finish,
  familyOption,
  isColored,
  oneOf,
  outputOption,
  type ParsedCommon,
  withColor,
  withCommonOptions,
} from './common-options.ts';

/** `portolan status`. */
export function addStatus(program: Command, finish: Finish): void {
  const command = program
    .command('status')
    .description('show the Services with their endpoints and new connections, as the kernel counts them')
    .argument('[service...]', 'namespace/name of the Services to show; all by default')
    .option('--watch', 'go on showing, until a signal ends it', false)
    .option('--interval <duration>', 'what the rates are of, 100ms to 24h (default: 1s)', interval)
    .addOption(outputOption(['text', 'json']))
    .addOption(
      new Option('--sort <order>', 'rate or name').default('rate').argParser(oneOf(['rate', 'name'])),
    )
    .addOption(familyOption())
    .addHelpText(
      'after',
      `
Connections are counted in mode nftables only. Totals are since the Service was programmed.

Exit status: 0, or 2 on an error, such as a node that is not programmed.

Examples:
  portolan status --source objects/ --proxy-mode nftables
  portolan status --source objects/ --config config.yaml --watch shop/web
  portolan status --source objects/ --config config.yaml --output json`,
    );
  withCommonOptions(withColor(command)).action(async (services: readonly string[], options: Parsed) => {
    const { status } = await import('../../status/status.ts');
    finish(
      await status({
        ...common(command, options),
        services,
        watch: options.watch ?? false,
        interval: options.interval ?? interval('1s'),
        output: options.output ?? 'text',
        sort: options.sort ?? 'rate',
        family: options.family,
        color: isColored(options.color),
      }),
    );
  });
}

function interval(text: string): Milliseconds {
  const parsed = parseInterval(text);
  if (parsed === undefined) throw new InvalidArgumentError('It must be a duration from 100ms to 24h.');
  return parsed;
}

/** Parses `--interval`; `undefined` unless it is a duration from 100 ms to 24 hours. */
export function parseInterval(text: string): Milliseconds | undefined {
  const interval = parseDuration(text);
  return interval !== undefined && interval >= shortest && interval <= longest ? interval : undefined;
}

const shortest = 100;
/** Well below the longest timer of Node.js, 24 days. */
const longest = 24 * 60 * 60 * 1_000;

/** What commander leaves of the options. */
interface Parsed extends ParsedCommon {
  readonly watch?: boolean;
  readonly interval?: Milliseconds;
  readonly output?: 'text' | 'json';
  readonly sort?: 'rate' | 'name';
  readonly family?: Family;
  readonly color?: boolean;
}
