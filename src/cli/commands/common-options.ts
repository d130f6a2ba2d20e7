import { type Command, InvalidArgumentError, Option } from 'commander';
import { addApiFlags, addFlags, readFlags } from '../../config/flags/add-flags.ts';
import type { FlagName } from '../../config/flags/flags.ts';
import { families } from '../../net/family.ts';
import type { ExitStatus } from '../../program/exit-status.ts';
import { version } from '../../program/version.ts';
import type { CommonOptions } from '../../sources/open-source.ts';

/** Receives the exit status of the command that ran. */
export type Finish = (status: ExitStatus) => void;

/** The options of every command besides kube-proxy's flags, as commander parses them. */
export interface ParsedCommon {
  readonly source?: string;
  readonly serviceProxyName?: string;
}

/** Adds the options for the source of objects, and kube-proxy's flags. */
export function withCommonOptions(command: Command): Command {
  command
    .addOption(sourceOption())
    .addOption(
      new Option(
        '--service-proxy-name <name>',
        'serve the Services labelled service.kubernetes.io/service-proxy-name=<name> instead of those without the label',
      ).helpGroup(own),
    );
  return addFlags(command, version());
}

/** Adds the options for the source of objects, for logs, and `more` flags: those of a command that programs no rules. */
export function withSourceOptions(command: Command, more: readonly FlagName[] = []): Command {
  return addApiFlags(command.addOption(sourceOption()), version(), more);
}

function sourceOption(): Option {
  return new Option(
    '--source <path>',
    'file or folder of YAML or JSON objects; else they come from the API server',
  ).helpGroup(own);
}

const own = 'Objects:';

/** The values of the options that `withCommonOptions` added. */
export function common(command: Command, { source, serviceProxyName = '' }: ParsedCommon): CommonOptions {
  return { flags: readFlags(command), source, serviceProxyName };
}

/** `--iptables-variant`. */
export function variantOption(): Option {
  return new Option(
    '--iptables-variant <variant>',
    'nft or legacy; the one that the node uses by default',
  ).argParser(oneOf(['nft', 'legacy'] as const));
}

/** `--family`. */
export function familyOption(): Option {
  return new Option('--family <family>', 'IPv4 or IPv6; both by default').argParser(oneOf(families));
}

/** `--output`, in one of these forms; the first by default. */
export function outputOption<T extends string>(forms: readonly [T, ...(readonly T[])]): Option {
  const listed = `${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}`;
  return new Option('--output <form>', listed).default(forms[0]).argParser(oneOf(forms));
}

/** Adds `--color` and `--no-color`. */
export function withColor(command: Command): Command {
  return command
    .option('--color', 'colour the output (default: on a terminal)')
    .option('--no-color', 'do not colour the output');
}

/** Whether the output has colours: as the options say, by default on a terminal. */
export function isColored(color: boolean | undefined): boolean {
  return color ?? (process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
}

/** A parser for options that take one of these words. */
export function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((word) => word === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be ${allowed.join(' or ')}.`);
    return found;
  };
}

/** A parser for repeatable options. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A parser for options that take comma-separated words. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  const those = text.split(',').map((word) => word.trim());
  return [...before, ...those.filter((word) => word !== '')];
}
