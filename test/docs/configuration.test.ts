import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { kind } from '../../src/config/api-version.ts';
import { flags } from '../../src/config/flags/flags.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import { fieldPaths } from '../../src/config/schema.ts';
import { codeBlocks, documents, inlineCode, readDocument } from '../support/docs/documents.ts';

const reference = readDocument('docs/configuration.md');
const sections = new Set(
  fieldPaths.filter((path) => fieldPaths.some((other) => other.startsWith(`${path}.`))),
);

describe('docs/configuration.md', () => {
  const named = new Set(inlineCode(reference));
  const rows = tableRows(reference);

  test('names every field', () => {
    expect(fieldPaths.filter((path) => !sections.has(path) && !named.has(path))).toEqual([]);
  });

  test('names every flag', () => {
    expect(flags.filter(({ name }) => !named.has(`--${name}`)).map(({ name }) => name)).toEqual([]);
  });

  test('has every flag beside the field that it sets', () => {
    const wrong = rows
      .filter(([field = '', flag = '']) => field.startsWith('`') && flag.startsWith('`--'))
      .filter(([field = '', flag = '']) => !flagOf(flag)?.fields.some((path) => path === fieldOf(field)));
    expect(wrong).toEqual([]);
  });

  test('gives the defaults that the flags have', () => {
    const wrong = rows.filter(([, flag = '', usual = '']) => {
      const written = /^`([^`]+)`$/.exec(usual)?.[1];
      const own = flagOf(flag)?.default ?? '';
      // Where kube-proxy's default is empty, the table says what that means.
      return written !== undefined && own !== '' && own !== written;
    });
    expect(wrong).toEqual([]);
  });
});

const yamlBlocks = documents.flatMap(({ path, text }) =>
  codeBlocks(text)
    .filter(({ language }) => language === 'yaml')
    .map(({ code }) => ({ path, code })),
);

test.each([
  ...yamlBlocks,
  { path: 'manifests/systemd/config.yaml', code: readDocument('manifests/systemd/config.yaml') },
])('a configuration in $path is accepted as it stands', ({ path, code }) => {
  expect(load(code)).toMatchObject({ kind });
  expect(resolveConfig({ file: { path, text: code }, flags: {} }).notices).toEqual([]);
});

/** The cells of every row of every table. */
function tableRows(text: string): readonly (readonly string[])[] {
  return Array.from(text.matchAll(/^\| (.*) \|$/gm), ([, row = '']) =>
    `${row} `.split('|').map((cell) => cell.trim()),
  );
}

function fieldOf(cell: string): string | undefined {
  return inlineCode(cell)[0];
}

function flagOf(cell: string) {
  const [option = ''] = inlineCode(cell);
  return flags.find(({ name }) => `--${name}` === option);
}
