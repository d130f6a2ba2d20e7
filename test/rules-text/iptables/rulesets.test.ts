import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { families } from '../../../src/net/family.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../../support/conformance/shared.ts';
import { allRules, savedFile, unknownLines } from '../../support/trace/iptables/all-rules.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');
const rulesets = readdirSync(join(fixtures, 'rulesets')).filter((name) => name.startsWith('iptables-'));

describe.each(rulesets)('the rules of %s', (name) => {
  const folder = join(fixtures, 'rulesets', name);

  test('are known, but for those that unknown.txt names', () => {
    const unknowns = families.flatMap((family) => {
      const path = join(folder, savedFile[family]);
      return existsSync(path) ? allRules(readFileSync(path, 'utf8'), family).flatMap(unknownLines) : [];
    });
    expect(unknowns.map((line) => `${line}\n`).join('')).toBe(
      readFileSync(join(folder, 'unknown.txt'), 'utf8'),
    );
  });
});

const shared = sharedEntries('golden');

describe.skipIf(sharedUnavailable() !== undefined)(`kube-proxy's own rules are all known`, () => {
  test.each(shared)('%s', (name) => {
    for (const family of families) {
      const text = readFileSync(join(sharedPath, 'golden', name, savedFile[family]), 'utf8');
      const rules = allRules(text, family);
      expect(rules).toHaveLength(text.match(/^-A /gm)?.length ?? 0);
      expect(rules.flatMap(unknownLines)).toEqual([]);
    }
  });
});
