import { expect, test } from 'vitest';
import { nextStep, type Situation } from '../../src/sync/next-step.ts';

const now = 1_000;
const idle: Situation = {
  needsFull: false,
  hasChanges: false,
  syncFrom: 0,
  refusedAt: undefined,
  tidyAt: undefined,
  looks: [],
};
const looks = (schema: number, everything: number) => ({
  looks: [
    { look: 'schema', at: schema },
    { look: 'everything', at: everything },
  ] as const,
});
const full = { kind: 'operation', operation: { kind: 'full' } };
const partial = { kind: 'operation', operation: { kind: 'partial' } };
const tidy = { kind: 'operation', operation: { kind: 'tidy' } };
const inspect = (look: string) => ({ kind: 'operation', operation: { kind: 'inspect', look } });
const rest = (until?: number) => ({ kind: 'rest', until });

test.each<[what: string, situation: Partial<Situation>, step: unknown]>([
  ['nothing to do: rest until something happens', {}, rest()],
  ['a change: a partial sync', { hasChanges: true }, partial],
  ['rules of which nothing is sure: a full sync', { needsFull: true }, full],
  ['both: a full sync, which takes the change along', { needsFull: true, hasChanges: true }, full],
  ['a change before its time: rest until then', { hasChanges: true, syncFrom: 1_500 }, rest(1_500)],
  ['a full sync before its time: rest until then', { needsFull: true, syncFrom: 1_500 }, rest(1_500)],
  [
    'while a full sync is waited for: nothing is tidied, nothing looked at',
    { needsFull: true, syncFrom: 1_500, tidyAt: 900, ...looks(900, 900) },
    rest(1_500),
  ],
  [
    'while a partial sync is waited for: what is due is tidied',
    { hasChanges: true, syncFrom: 1_500, tidyAt: 900 },
    tidy,
  ],
  [
    'while a partial sync is waited for: looks that are due',
    { hasChanges: true, syncFrom: 1_500, ...looks(900, 900) },
    inspect('schema'),
  ],
  ['a change goes before tidying and looks', { hasChanges: true, tidyAt: 0, ...looks(0, 0) }, partial],
  ['tidying goes before looks', { tidyAt: 1_000, ...looks(0, 0) }, tidy],
  ['the short look goes first', looks(1_000, 0), inspect('schema')],
  ['the long look where it alone is due', looks(1_001, 1_000), inspect('everything')],
  ['refused Services whose time has come: a full sync', { refusedAt: 1_000 }, full],
  [
    'refused Services whose time has come, but no sync may start',
    { refusedAt: 900, syncFrom: 1_200 },
    rest(1_200),
  ],
  [
    'all of it later: rest until the first',
    { refusedAt: 5_000, tidyAt: 1_400, ...looks(2_000, 3_000) },
    rest(1_400),
  ],
])('%s', (_, situation, step) => {
  expect(nextStep({ ...idle, ...situation }, now)).toEqual(step);
});
