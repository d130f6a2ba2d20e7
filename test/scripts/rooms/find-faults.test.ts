import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findForbiddenImports, findRoomCycles } from '../../../scripts/rooms/find-faults.ts';
import { mayImport } from '../../../scripts/rooms/may-import.ts';

const root = join(import.meta.dirname, '../../..');
const table = { net: [], plan: ['net'], kernel: ['net', 'plan'] };

describe('imports between rooms', () => {
  test.each([
    ['a room below', 'src/plan/a.ts', "import { b } from '../net/b.ts';", []],
    ['its own room', 'src/plan/a.ts', "import { b } from './deeper/b.ts';", []],
    ['a package', 'src/plan/a.ts', "import { b } from 'node:fs';", []],
    [
      'a room above',
      'src/plan/a.ts',
      "import { b } from '../kernel/b.ts';",
      ['src/plan/a.ts: src/plan may not import src/kernel/b.ts'],
    ],
    [
      'a type from a room above',
      'src/plan/deeper/a.ts',
      "import type { B } from '../../kernel/b.ts';",
      ['src/plan/deeper/a.ts: src/plan may not import src/kernel/b.ts'],
    ],
    [
      'a room above, only when it is needed',
      'src/plan/a.ts',
      "const { b } = await import('../kernel/b.ts');",
      ['src/plan/a.ts: src/plan may not import src/kernel/b.ts'],
    ],
    [
      'a room above for its effects alone',
      'src/plan/a.ts',
      "import '../kernel/b.ts';",
      ['src/plan/a.ts: src/plan may not import src/kernel/b.ts'],
    ],
    [
      'something outside of the rooms',
      'src/plan/a.ts',
      "import { b } from '../../test/b.ts';",
      ['src/plan/a.ts: src/plan may not import test/b.ts'],
    ],
    [
      'a room that is not in the table',
      'src/attic/a.ts',
      '',
      ['src/attic/a.ts: src/attic is not in the table of rooms'],
    ],
  ])('%s', (_, path, text, faults) => {
    expect(findForbiddenImports([{ path, text }], table)).toEqual(faults);
  });

  test('are as the table allows in the whole tree', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).map((path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
    }));
    expect(files.length).toBeGreaterThan(300);
    expect(findForbiddenImports(files, mayImport)).toEqual([]);
  });
});

describe('the table of rooms', () => {
  test('that leads back to a room is refused', () => {
    expect(findRoomCycles({ net: ['plan'], plan: ['state'], state: ['net'], cli: ['net'] })).toEqual([
      'src/net imports itself by way of others',
      'src/plan imports itself by way of others',
      'src/state imports itself by way of others',
    ]);
  });

  test('leads back nowhere', () => {
    expect(findRoomCycles(mayImport)).toEqual([]);
  });

  test('names only rooms that there are', () => {
    const rooms = globSync('src/*/', { cwd: root }).map((path) =>
      path.replace(/^src\//, '').replace(/\/$/, ''),
    );
    expect(Object.keys(mayImport).sort()).toEqual(rooms.sort());
  });
});
