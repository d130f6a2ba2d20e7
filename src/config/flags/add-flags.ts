import { type Command, InvalidArgumentError, Option } from 'commander';
import once from 'lodash/once.js';
import { flagTypes } from './flag-types.ts';
import { type Flag, type FlagName, type FlagValues, flags } from './flags.ts';

/** Adds kube-proxy's flags to a command; `--version` prints this version. `--help` is commander's own. */
export function addFlags(command: Command, version: string): Command {
  command.version(version, '--version', 'print the version and exit');
  for (const { option } of options()) command.addOption(option);
  return command;
}

/** Adds the flags that say where the API server is and how to log, and `more`: those of a command that programs no rules. */
export function addApiFlags(command: Command, version: string, more: readonly FlagName[] = []): Command {
  command.version(version, '--version', 'print the version and exit');
  for (const { name, option } of options())
    if (apiFlags.has(name) || more.includes(name)) command.addOption(option);
  return command;
}

const apiFlags: ReadonlySet<string> = new Set([
  ...['config', 'kubeconfig', 'master', 'v', 'vmodule', 'logging-format', 'log-flush-frequency'],
]);

/** The flags that the command line gave. */
export function readFlags(command: Command): FlagValues {
  // The values are of the flags' types because the parsers of `optionOf` made them.
  return Object.fromEntries(
    options()
      .map(({ name, option }) => ({ name, attribute: option.attributeName() }))
      .filter(({ attribute }) => command.getOptionValueSource(attribute) === 'cli')
      .map(({ name, attribute }) => [name, command.getOptionValue(attribute)]),
  );
}

/** Made once: all commands have the same, and what was given is the command's. */
const options = once(() =>
  flags
    .filter(({ name }) => name !== 'version' && name !== 'help')
    .map((flag) => ({ name: flag.name, option: optionOf(flag) })),
);

function optionOf(flag: Flag): Option {
  const option = new Option(`${names(flag)} ${placeholderOf(flag)}`, description(flag)).argParser(
    parserOf(flag),
  );
  return flag.group === undefined ? option.hideHelp() : option.helpGroup(flag.group);
}

function names({ name, short }: Flag): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`;
}

function placeholderOf({ type }: Flag): string {
  const { placeholder } = flagTypes[type];
  return type === 'bool' ? `[${placeholder}]` : `<${placeholder}>`;
}

function description(flag: Flag): string {
  const silent = flag.default === '' || flag.default === '[]' || flag.default === 'false';
  return silent ? flag.help : `${flag.help} (default ${flag.default})`;
}

// `previous` is commander's `unknown`: what the same parser returned for the same flag further left.
function parserOf({ type }: Flag): (text: string, previous: unknown) => unknown {
  const { allowed, parse }: ParsedType = flagTypes[type];
  return (text, previous) => {
    const value = parse(text, previous);
    if (value === undefined) throw new InvalidArgumentError(`It must be ${allowed}.`);
    return value;
  };
}

interface ParsedType {
  readonly allowed: string;
  parse(text: string, previous: unknown): unknown;
}
