import { describe, expect, test } from 'vitest';
import { jsonPatch } from '../../../../src/lab/api/patch/json-patch.ts';
import { refusalOf } from '../../../support/lab-api/ask-store.ts';

describe('a JSON patch', () => {
  test.each<[string, unknown, readonly object[], unknown]>([
    ['adds a member', { a: {} }, [{ op: 'add', path: '/a/b', value: 1 }], { a: { b: 1 } }],
    ['adds an item before another', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['adds an item at the end', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [
      'removes',
      { a: [1, 2], b: 3 },
      [
        { op: 'remove', path: '/a/0' },
        { op: 'remove', path: '/b' },
      ],
      { a: [2] },
    ],
    ['replaces', { a: [{ b: 1 }] }, [{ op: 'replace', path: '/a/0/b', value: 2 }], { a: [{ b: 2 }] }],
    ['moves', { a: 1, b: {} }, [{ op: 'move', from: '/a', path: '/b/c' }], { b: { c: 1 } }],
    ['copies', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    [
      'goes on after a test that holds',
      { a: 1 },
      [
        { op: 'test', path: '/a', value: 1 },
        { op: 'remove', path: '/a' },
      ],
      {},
    ],
    ['reads ~0 and ~1 in names', { 'a/b~c': 1 }, [{ op: 'remove', path: '/a~1b~0c' }], {}],
  ])('%s', (_case, target, patch, expected) => {
    expect(jsonPatch(target, patch)).toEqual(expected);
  });

  test.each([
    ['a member that is not there is removed', { a: 1 }, [{ op: 'remove', path: '/b' }], 422],
    ['a member that is not there is replaced', { a: 1 }, [{ op: 'replace', path: '/b', value: 1 }], 422],
    ['an item lies behind the end', { a: [] }, [{ op: 'add', path: '/a/1', value: 1 }], 422],
    ['a path leads through a text', { a: 'b' }, [{ op: 'add', path: '/a/b', value: 1 }], 422],
    ['a test does not hold', { a: 1 }, [{ op: 'test', path: '/a', value: 2 }], 422],
    ['an operation is none', {}, [{ op: 'set', path: '/a', value: 2 }], 400],
    ['a path is none', {}, [{ op: 'add', path: 'a', value: 2 }], 400],
    ['it is no list', {}, { op: 'add' }, 400],
  ])('is refused where %s', (_case, target, patch, code) => {
    expect(refusalOf(() => jsonPatch(target, patch))[0]).toBe(code);
  });
});
