import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { codeBlocks, documents, inlineCode, readDocument } from '../support/docs/documents.ts';

const program = buildProgram(() => undefined);
/** By their words: `pod-network run`. */
const commands = new Map(program.commands.flatMap((command) => optionsByWords(command)));
const allOptions = new Set([...commands.values()].flatMap((options) => [...options]));

describe.each(documents)('$path', ({ text }) => {
  test('calls portolan by commands and options that it has', () => {
    const code = [...codeBlocks(text).map((block) => block.code), ...inlineCode(text)].join('\n');
    expect(portolanCalls(code).flatMap(mistakes)).toEqual([]);
  });

  test('names only options that there are', () => {
    const named = inlineCode(text).flatMap((code) => /^--?[a-z][\w-]*/.exec(code)?.[0] ?? []);
    expect(named.filter((option) => !allOptions.has(option))).toEqual([]);
  });

  test('names only scripts that package.json has', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readDocument('package.json'));
    const named = Array.from(text.matchAll(/\bnpm run ([a-z:]+)/g), ([, script = '']) => script);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

test('the README names every command', () => {
  const all = program.commands.map((command) => command.name());
  const named = all.filter((name) => readDocument('README.md').includes(`\`portolan ${name}\``));
  expect(named).toEqual(all);
});

/** The arguments of every call of portolan in shell text, up to a comment, a pipe, a redirection or another command after `--`. */
function portolanCalls(code: string): readonly string[] {
  const calls = code.replaceAll(/(?:^| )# .*/gm, '').matchAll(/(?:^|[ /])portolan ([a-z-][^\n|<>;]*)/gm);
  return Array.from(calls, ([, args = '']) => args.replace(/ -- .*/, '').trim());
}

/** What is wrong with a call; a first word that is no option must be a command. */
function mistakes(call: string): readonly string[] {
  const words = call.split(/\s+/);
  const [first = '', second = ''] = words;
  const named = commands.get(`${first} ${second}`) ?? commands.get(first);
  const options = first.startsWith('-') ? commands.get('run') : named;
  if (options === undefined) return [`portolan ${call}: no command ${first}`];
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/=.*/, ''))
    .filter((option) => !options.has(option))
    .map((option) => `portolan ${call}: no option ${option}`);
}

function names({ long, short }: { readonly long?: string | undefined; readonly short?: string | undefined }) {
  return [long, short].flatMap((name) => name ?? []);
}

/** A command and those of its group, each with its options. */
function optionsByWords(command: Command, before = ''): readonly (readonly [string, ReadonlySet<string>])[] {
  const words = `${before}${command.name()}`;
  const options = new Set(command.options.flatMap(names).concat('--help', '-h'));
  return [[words, options], ...command.commands.flatMap((nested) => optionsByWords(nested, `${words} `))];
}
