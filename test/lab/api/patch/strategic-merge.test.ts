import { describe, expect, test } from 'vitest';
import { strategicMerge } from '../../../../src/lab/api/patch/strategic-merge.ts';
import type { ApiObject } from '../../../../src/lab/api/store/api-object.ts';

describe('a strategic merge patch', () => {
  test.each<[string, ApiObject, ApiObject, ApiObject]>([
    ['merges members', { a: { b: 1, c: 2 } }, { a: { c: 3, d: 4 } }, { a: { b: 1, c: 3, d: 4 } }],
    ['removes what is null', { a: 1, b: { c: 1 } }, { a: null, b: { c: null } }, { b: {} }],
    ['replaces lists without a merge key', { args: ['a'] }, { args: ['b'] }, { args: ['b'] }],
    [
      'merges containers by name',
      { containers: [{ name: 'a', image: 'x' }, { name: 'b' }] },
      { containers: [{ name: 'a', image: 'y' }, { name: 'c' }] },
      { containers: [{ name: 'a', image: 'y' }, { name: 'b' }, { name: 'c' }] },
    ],
    [
      'merges ports of a Service by number',
      { ports: [{ port: 80, name: 'a', nodePort: 30000 }] },
      { ports: [{ port: 80, name: 'b' }] },
      { ports: [{ port: 80, name: 'b', nodePort: 30000 }] },
    ],
    [
      'merges ports of a container by number',
      { ports: [{ containerPort: 80, name: 'a' }] },
      { ports: [{ containerPort: 80, protocol: 'TCP' }] },
      { ports: [{ containerPort: 80, name: 'a', protocol: 'TCP' }] },
    ],
    [
      'removes an item by $patch',
      { env: [{ name: 'A', value: '1' }, { name: 'B' }] },
      { env: [{ name: 'A', $patch: 'delete' }] },
      { env: [{ name: 'B' }] },
    ],
    [
      'replaces an object by $patch',
      { strategy: { type: 'a', rollingUpdate: {} } },
      { strategy: { $patch: 'replace', type: 'b' } },
      { strategy: { type: 'b' } },
    ],
    [
      'replaces a list by $patch',
      { env: [{ name: 'A' }] },
      { env: [{ name: 'B' }, { $patch: 'replace' }] },
      { env: [{ name: 'B' }] },
    ],
    [
      'keeps only members that $retainKeys names',
      { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      { strategy: { type: 'Recreate' } },
    ],
    ['adds to sets of texts', { finalizers: ['a'] }, { finalizers: ['b', 'a'] }, { finalizers: ['a', 'b'] }],
    [
      'removes from sets of texts',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a'] },
      { finalizers: ['b'] },
    ],
    [
      'puts items in the order that $setElementOrder names',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      {
        containers: [{ name: 'c' }],
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
      },
      { containers: [{ name: 'c' }, { name: 'b' }, { name: 'a' }] },
    ],
    [
      'leaves items that $setElementOrder does not name where they are',
      { ports: [{ port: 1 }, { port: 2 }, { port: 3 }] },
      { '$setElementOrder/ports': [{ port: 3 }, { port: 1 }] },
      { ports: [{ port: 3 }, { port: 2 }, { port: 1 }] },
    ],
  ])('%s', (_case, target, patch, expected) => {
    expect(strategicMerge(target, patch)).toEqual(expected);
  });
});
