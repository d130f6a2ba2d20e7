import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordTypeName } from '../../../src/net/dns/numbers.ts';
import { answer, indexOf, reduceForDns } from '../../support/dns/cluster.ts';
import { randomCluster } from '../../support/dns/random-cluster.ts';
import { randomQuestions } from '../../support/dns/random-questions.ts';

const known = new Set(['A', 'AAAA', 'SRV', 'PTR', 'TXT', 'CNAME', 'NS', 'SOA', 'MX', 'ANY']);

test('after any history the answers are those of the objects as they are now', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), fc.infiniteStream(fc.boolean()), (before, after, chance) => {
      const [old, now] = [randomCluster(before), randomCluster(after)];
      const index = indexOf(old.objects);
      const kept = new Set(now.objects.flatMap((object) => reduceForDns(object).changes.map(idOf)));
      // Some are replaced before others go, and some after.
      const [early, late] = [[], []] as [object[], object[]];
      for (const object of now.objects) (chance.next().value ? early : late).push(object);
      for (const object of early) for (const change of reduceForDns(object).changes) index.apply(change);
      for (const object of old.objects)
        for (const change of reduceForDns(object).changes)
          if (!kept.has(idOf(change))) index.apply({ ...change, record: undefined });
      for (const object of late) for (const change of reduceForDns(object).changes) index.apply(change);
      const fresh = indexOf(now.objects);
      for (const { name, type } of [
        ...randomQuestions(now, 40, after),
        ...randomQuestions(old, 40, before),
      ]) {
        if (!known.has(type)) continue;
        const asked = type as RecordTypeName;
        expect(inOrder(answer(index, name, asked))).toEqual(inOrder(answer(fresh, name, asked)));
      }
    }),
    { numRuns: 30 },
  );
});

test('an object that is as it was changes nothing', () => {
  const { objects } = randomCluster(1);
  const index = indexOf(objects);
  for (const object of objects)
    for (const change of reduceForDns(object).changes) expect(index.apply(change)).toBe(false);
});

function idOf({ kind, key }: { readonly kind: string; readonly key: string }): string {
  return `${kind} ${key}`;
}

function inOrder(said: ReturnType<typeof answer>): unknown {
  if (said.kind !== 'response') return said;
  const { answers, additionals } = said.response;
  const sorted = (records: readonly object[]) => records.map((record) => JSON.stringify(record)).sort();
  return { ...said.response, answers: sorted(answers), additionals: sorted(additionals) };
}
