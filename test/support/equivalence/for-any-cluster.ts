import fc from 'fast-check';
import { contestedHistory, type History, ordinaryHistory } from './any-history.ts';

/** Checks random clusters that a kernel loads: `usual` of them, or as many as PORTOLAN_CLUSTERS says. */
export function forAnyCluster(usual: number, check: (history: History) => Promise<void>): Promise<void> {
  const numRuns = Number(process.env.PORTOLAN_CLUSTERS ?? usual);
  return fc.assert(fc.asyncProperty(fc.oneof(ordinaryHistory, contestedHistory), check), { numRuns });
}
