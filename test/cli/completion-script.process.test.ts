import { execa } from 'execa';
import { expect, test } from 'vitest';
import { completion } from '../../src/cli/completion-script.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { bash } from '../support/bash.ts';

const script = completion(
  'bash',
  buildProgram(() => undefined),
);

test.for([
  ['the commands', 'portolan r', ['run', 'render']],
  ['the commands of a group', 'portolan pod-network ', ['run', 'cleanup']],
  ['the options of a command', 'portolan diff --again', ['--against']],
  ['the options of a command in a group', 'portolan pod-network run --netw', ['--network']],
  ['nothing after what is no command', 'portolan nonsense --', []],
] as const)('bash completes %s: %s', async ([, line, expected]) => {
  const words = line.split(' ').map((word) => `'${word}'`);
  const ask = `${script}
COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
_portolan
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa(bash[0], [...bash.slice(1), ask]);
  expect(stdout.split('\n').filter((word) => word !== '')).toEqual(expected);
});
