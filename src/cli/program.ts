import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addFlags, readFlags } from '../config/add-flags.ts';
import type { Milliseconds } from '../config/duration.ts';
import { families } from '../net/family.ts';
import { type ExitStatus, exitStatus, UserError } from './exit-status.ts';
import type { CommonOptions } from './inputs.ts';
import { parseInterval } from './status-interval.ts';
import { version } from './version.ts';

/** Runs the command line; returns the exit status. Commands are loaded only when they are called. */
export async function main(args: readonly string[]): Promise<number> {
  let status: ExitStatus = exitStatus.ok;
  const [first = ''] = args;
  const program = buildProgram((result) => {
    status = result;
  });
  try {
    if (!first.startsWith('-') && first !== '') requireCommand(first, program);
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.ok : exitStatus.failed;
    if (!isForUser(error)) throw error;
    process.stderr.write(`portolan: ${error.message}\n`);
    return exitStatus.failed;
  }
}

/** Without this, commander would take a misspelt command for an argument of `run`. */
function requireCommand(word: string, program: Command): void {
  const known = [...program.commands.map((command) => command.name()), 'help'];
  if (!known.includes(word))
    throw new UserError(`there is no command ${JSON.stringify(word)}; there are ${known.join(', ')}`);
}

/** All commands with their options; `finish` receives the exit status of the one that ran. */
export function buildProgram(finish: (status: ExitStatus) => void): Command {
  const program = new Command('portolan')
    .description('A Kubernetes service proxy that shows and checks what it does')
    .version(version(), '--version', 'print the version and exit')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', overview);
  addRun(program, finish);
  addRender(program, finish);
  addDiff(program, finish);
  addStatus(program, finish);
  addCleanup(program, finish);
  addCompletion(program, finish);
  return program;
}

type Finish = (status: ExitStatus) => void;

const overview = `
Without a command it is "run", so that it takes kube-proxy's place with kube-proxy's own arguments.

Examples:
  portolan render --source objects.yaml          the rules for these objects
  portolan diff --source objects.yaml            what a sync would change on this node
  portolan status --source objects/              who gets how many connections
  portolan run --source objects/ --once          program the node, and end
  portolan run --source objects/ --config c.yaml program the node, and follow the folder
  portolan run --kubeconfig proxy.conf           program the node, and follow the cluster`;

function addRun(program: Command, finish: Finish): void {
  const command = program
    .command('run', { isDefault: true })
    .description("program this node's rules and keep them equal to the objects")
    .option('--once', 'program the rules once, and end', false)
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
of the input; 2 when nothing, or not everything else, could be programmed.

Examples:
  portolan run --source objects/ --config config.yaml
  portolan run --source objects.yaml --once --iptables-variant legacy
  portolan --source objects/ --cluster-cidr 10.244.0.0/16 -v 4`,
    );
  withCommonOptions(command).action(async (options: ParsedOptions) => {
    const flags = readFlags(command);
    if (flags.cleanup === true) {
      const { cleanup } = await import('./cleanup.ts');
      return finish(await cleanup());
    }
    if (flags['write-config-to'] !== undefined) {
      const { writeConfig } = await import('./write-config.ts');
      return finish(await writeConfig(flags));
    }
    const { run } = await import('./run.ts');
    finish(
      await run({
        ...common(command, options),
        once: options.once ?? false,
        trafficMetrics: options.trafficMetrics ?? false,
        variant: options.iptablesVariant,
      }),
    );
  });
}

function addRender(program: Command, finish: Finish): void {
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
  withCommonOptions(command).action(async (options: ParsedOptions) => {
    const { render } = await import('./render.ts');
    finish(await render({ ...common(command, options), family: options.family }));
  });
}

function addDiff(program: Command, finish: Finish): void {
  const command = program
    .command('diff')
    .description('show what a sync would change, chain by chain')
    .option(
      '--against <live|file>',
      'the rules in the kernel, or a file that iptables-save or nft list wrote',
      'live',
    )
    .addOption(familyOption())
    .addOption(variantOption())
    .option('--color', 'colour the output (default: on a terminal)')
    .option('--no-color', 'do not colour the output')
    .addHelpText(
      'after',
      `
Rules that differ only in comments or counters are the same. In mode nftables, elements of maps are compared too. The order of rules counts inside a chain, but not
among Services in the chains that dispatch to them. Chains of other programs are not looked at.

Exit status: 0 when nothing would change, 1 when something would, 2 on an error.

Examples:
  portolan diff --source objects.yaml
  portolan diff --source objects.yaml --config config.yaml --against iptables-save.txt`,
    );
  withCommonOptions(command).action(async (options: ParsedOptions) => {
    const { diff } = await import('./diff.ts');
    finish(
      await diff({
        ...common(command, options),
        against: options.against ?? 'live',
        family: options.family,
        variant: options.iptablesVariant,
        color: options.color ?? (process.stdout.isTTY === true && process.env.NO_COLOR === undefined),
      }),
    );
  });
}

function addStatus(program: Command, finish: Finish): void {
  const command = program
    .command('status')
    .description('show the Services with their endpoints and new connections, as the kernel counts them')
    .argument('[service...]', 'namespace/name of the Services to show; all by default')
    .option('--watch', 'go on showing, until a signal ends it', false)
    .option('--interval <duration>', 'what the rates are of, 100ms to 24h (default: 1s)', interval)
    .addOption(
      new Option('--output <form>', 'text or json').default('text').argParser(oneOf(['text', 'json'])),
    )
    .addOption(
      new Option('--sort <order>', 'rate or name').default('rate').argParser(oneOf(['rate', 'name'])),
    )
    .addOption(familyOption())
    .option('--color', 'colour the output (default: on a terminal)')
    .option('--no-color', 'do not colour the output')
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
  withCommonOptions(command).action(async (services: readonly string[], options: ParsedOptions) => {
    const { status } = await import('./status.ts');
    finish(
      await status({
        ...common(command, options),
        services,
        watch: options.watch ?? false,
        interval: options.interval ?? interval('1s'),
        output: options.output ?? 'text',
        sort: options.sort ?? 'rate',
        family: options.family,
        color: options.color ?? (process.stdout.isTTY === true && process.env.NO_COLOR === undefined),
      }),
    );
  });
}

function addCleanup(program: Command, finish: Finish): void {
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
    const { cleanup } = await import('./cleanup.ts');
    finish(await cleanup());
  });
}

function addCompletion(program: Command, finish: Finish): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .argument('<shell>', 'bash, zsh or fish', oneOf(['bash', 'zsh', 'fish'] as const))
    .addHelpText(
      'after',
      `
Examples:
  source <(portolan completion bash)
  portolan completion fish > ~/.config/fish/completions/portolan.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completion } = await import('./completion.ts');
      process.stdout.write(completion(shell, program));
      finish(exitStatus.ok);
    });
}

/** What commander leaves of the options that are not kube-proxy's flags. */
interface ParsedOptions {
  readonly source?: string;
  readonly serviceProxyName?: string;
  readonly once?: boolean;
  readonly iptablesVariant?: 'nft' | 'legacy';
  readonly family?: 'IPv4' | 'IPv6';
  readonly against?: string;
  readonly color?: boolean;
  readonly trafficMetrics?: boolean;
  readonly watch?: boolean;
  readonly interval?: Milliseconds;
  readonly output?: 'text' | 'json';
  readonly sort?: 'rate' | 'name';
}

const own = 'Objects:';

function withCommonOptions(command: Command): Command {
  command
    .addOption(
      new Option(
        '--source <path>',
        'file or folder of YAML or JSON objects; else they come from the API server',
      ).helpGroup(own),
    )
    .addOption(
      new Option(
        '--service-proxy-name <name>',
        'serve the Services labelled service.kubernetes.io/service-proxy-name=<name> instead of those without the label',
      ).helpGroup(own),
    );
  return addFlags(command, version());
}

function common(command: Command, { source, serviceProxyName = '' }: ParsedOptions): CommonOptions {
  return { flags: readFlags(command), source, serviceProxyName };
}

function variantOption(): Option {
  return new Option(
    '--iptables-variant <variant>',
    'nft or legacy; the one that the node uses by default',
  ).argParser(oneOf(['nft', 'legacy'] as const));
}

function familyOption(): Option {
  return new Option('--family <family>', 'IPv4 or IPv6; both by default').argParser(oneOf(families));
}

function interval(text: string): Milliseconds {
  const parsed = parseInterval(text);
  if (parsed === undefined) throw new InvalidArgumentError('It must be a duration from 100ms to 24h.');
  return parsed;
}

function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be ${allowed.join(' or ')}.`);
    return found;
  };
}

/** Errors whose message says all that the user needs. */
function isForUser(error: unknown): error is Error {
  return (
    error instanceof UserError ||
    (error instanceof Error &&
      ['ConfigError', 'NftError', 'RestoreError', 'SourceError'].includes(error.name))
  );
}
