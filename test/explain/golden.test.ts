import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { describe, expect, test, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';
import { codeBlocks, readDocument } from '../support/docs/documents.ts';

/** Questions and answers in fixtures/explain: what `portolan explain` prints. */

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'fixtures/explain');
const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'saves')
  .map(({ name }) => name)
  .sort();

const updating = process.env.UPDATE_GOLDEN === '1';

/** Every case has the text; the others are there where they show something. */
const forms = [
  { output: 'text', file: 'explain.txt' },
  { output: 'svg', file: 'explain.svg' },
  { output: 'json', file: 'explain.json' },
] as const;

describe('explain answers as the golden files do', () => {
  test.each(cases)('%s', async (name) => {
    const present = forms.filter(
      ({ output, file }) => output === 'text' || existsSync(join(folder, name, file)),
    );
    for (const { output, file } of present) {
      const path = join(folder, name, file);
      const answer = await ask(name, output);
      if (updating) writeFileSync(path, answer);
      const golden = readFileSync(path, 'utf8');
      if (answer !== golden) expect.fail(createTwoFilesPatch(path, 'portolan explain', golden, answer));
    }
  });
});

test('the documentation shows an answer as it is', () => {
  const example = codeBlocks(readDocument('docs/explain.md')).find(({ language }) => language === 'console');
  const [, ...answer] = (example?.code ?? '').split('\n');
  expect(answer.join('\n')).toBe(readFileSync(join(folder, 'node-port/explain.txt'), 'utf8'));
});

async function ask(name: string, output: string): Promise<string> {
  const args = readFileSync(join(folder, name, 'args'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const resolved = args.map((arg) => arg.replace('=fixtures/', `=${root}/fixtures/`));
  using stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await main(['explain', ...resolved, '--output', output, '--no-color']);
  return stdout.mock.calls.map(([text]) => String(text)).join('');
}
