import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Step } from '../../../lab/control/messages.ts';

export interface ParsedName {
  readonly name?: string;
}

export const defaultName = 'lab';

/** Adds `--name`. */
export function withName(command: Command): Command {
  return command.addOption(new Option('--name <name>', `which lab (default: ${defaultName})`));
}

/** A parser for options that take a whole number from `least` to `most`. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return number;
  };
}

/** Writes a line for each step. */
export function tellStep({ text, took }: Step): void {
  process.stderr.write(`${text.padEnd(60)} ${(took / 1_000).toFixed(1)} s\n`);
}

export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
