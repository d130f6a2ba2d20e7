import { expect, test } from 'vitest';
import { ListReader } from '../../../src/sources/cluster/read-list.ts';

test('an item is handed over as soon as its text is complete, and the rest is the List without items', () => {
  const reader = new ListReader();
  expect(
    reader.push('{"kind":"ServiceList","metadata":{"resourceVersion":"7"},"items":[{"a":{"b":[1'),
  ).toEqual([]);
  expect(reader.push(']}},{"a":2}')).toEqual(['{"a":{"b":[1]}}', '{"a":2}']);
  expect(reader.push(',{"a":3}],"more":[{"x":1}]}\n')).toEqual(['{"a":3}']);
  expect(reader.end()).toEqual({
    kind: 'ServiceList',
    metadata: { resourceVersion: '7' },
    items: [],
    more: [{ x: 1 }],
  });
});

test('items may be null, or missing', () => {
  for (const text of ['{"items":null,"metadata":{}}', '{"metadata":{}}']) {
    const reader = new ListReader();
    expect(reader.push(text)).toEqual([]);
    expect(reader.end()).toMatchObject({ metadata: {} });
  }
});

test('a List that ends too early is no List', () => {
  const reader = new ListReader();
  reader.push('{"metadata":{},"items":[{"a":1},{"b"');
  expect(() => reader.end()).toThrow(SyntaxError);
});
