import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../src/config/', import.meta.url);

/** Every module that a file imports before it runs, types aside. */
function staticImports(file: URL, seen = new Set<string>()): Set<string> {
  const text = readFileSync(file, 'utf8');
  for (const [, clause = '', name = ''] of text.matchAll(/^import ([^;]*?) from '([^']+)';/gm)) {
    if (clause.startsWith('type ') || seen.has(name)) continue;
    seen.add(name);
    if (name.startsWith('.')) staticImports(new URL(name, file), seen);
  }
  return seen;
}

test.each(['flags/add-flags.ts', 'flags/flags.ts', 'format-config.ts', 'proxy-config.ts', 'node-name.ts'])(
  '%s is light: the help must not wait for the schema and the YAML reader',
  (name) => {
    expect([...staticImports(new URL(name, folder))]).not.toContain('zod');
    expect([...staticImports(new URL(name, folder))]).not.toContain('js-yaml');
  },
);

test('which resolve-config.ts does import', () => {
  const imported = staticImports(new URL('resolve-config.ts', folder));
  expect(imported).toContain('zod');
  expect(imported).toContain('js-yaml');
});
