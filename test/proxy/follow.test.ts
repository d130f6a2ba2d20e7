import { expect, test } from 'vitest';
import { PlanBook } from '../../src/plan/plan-book.ts';
import { follow } from '../../src/proxy/follow.ts';
import type { SourceUpdate } from '../../src/sources/source.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { context, service, serviceKey } from '../support/records.ts';

const gap = { object: 'b.yaml', reason: 'is not read completely' };
const web = { kind: 'Service', key: serviceKey('default/web'), record: service() } as const;

/** What is asked of the reconcilers while these updates come. */
async function asked(updates: readonly SourceUpdate[], gaps = [gap]): Promise<readonly string[]> {
  const state = new ClusterState('node-0');
  state.gaps = gaps;
  const calls: string[] = [];
  const reconciler = { request: () => calls.push('sync'), demandFull: () => calls.push('full') };
  await follow({
    source: {
      load: async () => {},
      follow: async (listener) => {
        for (const update of updates) {
          listener(update);
          calls.push(`gaps: ${state.gaps.length}`);
        }
      },
    },
    loaded: { state, book: new PlanBook(state), unusable: [], problems: [], context: () => context() },
    reconcilers: [reconciler],
    problems: { updated() {} },
    signal: new AbortController().signal,
  });
  return calls;
}

test('a change is asked for, and gaps stay as they are where nothing is said of them', async () => {
  expect(await asked([{ changes: [web], problems: [] }])).toEqual(['sync', 'gaps: 1']);
});

test('when all objects are known everything is compared, though none of them changed', async () => {
  expect(await asked([{ changes: [], problems: [], gaps: [] }])).toEqual(['full', 'sync', 'gaps: 0']);
});

test('as long as some are not, nothing more is', async () => {
  const other = { object: 'c.yaml', reason: 'is not read completely' };
  expect(await asked([{ changes: [], problems: [], gaps: [other] }], [gap, other])).toEqual(['gaps: 1']);
});
