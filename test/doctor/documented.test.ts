import { expect, test } from 'vitest';
import { allChecks } from '../../src/doctor/checks.ts';
import { readDocument } from '../support/docs/documents.ts';

const rows = Array.from(readDocument('docs/doctor.md').matchAll(/^\| `([a-z-]+)`/gm), ([, name]) => name);

test.each(allChecks.map(({ check }) => check))('docs/doctor.md says what the check %s is for', (check) => {
  expect(rows).toContain(check);
});

test('names of checks are unique', () => {
  const names = allChecks.map(({ check }) => check);
  expect(names).toEqual([...new Set(names)]);
});
