import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ListReader } from '../../../src/sources/cluster/read-list.ts';

test('whatever the items hold and wherever the text is cut, the items come out as they went in', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const list = fc.record({
    kind: fc.string(),
    before: value,
    items: fc.array(fc.dictionary(fc.string(), value)),
    after: value,
  });
  fc.assert(
    fc.property(
      list,
      fc.array(fc.nat({ max: 60 }), { minLength: 1 }),
      fc.boolean(),
      (whole, cuts, pretty) => {
        const text = JSON.stringify(whole, null, pretty ? 1 : 0);
        const reader = new ListReader();
        const items = pieces(text, cuts).flatMap((piece) => reader.push(piece));
        expect(items.map((item) => JSON.parse(item))).toEqual(JSON.parse(text).items);
        expect(reader.end()).toEqual({ ...JSON.parse(text), items: [] });
      },
    ),
  );
});

function pieces(text: string, cuts: readonly number[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = 1 + (cuts[turn % cuts.length] ?? 0);
    found.push(text.slice(at, at + length));
    at += length;
  }
  return found;
}
