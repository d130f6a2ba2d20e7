import { expect } from 'vitest';
import type { Transaction } from '../../../src/nftables/table/table-transaction.ts';
import type { Change, ServiceRecord } from '../../../src/state/records.ts';
import type { Commit } from '../fake-nf-tables.ts';
import { endpoint, service, serviceKey, slice, sliceKey } from '../records.ts';
import { outcomesFor, outcomesIn } from './frontend-outcomes.ts';
import type { FakedProxy } from './proxy.ts';

/** A Service and the addresses of its endpoints. */
export function objects(overrides: Partial<ServiceRecord>, endpoints: readonly string[]): readonly Change[] {
  const record = service(overrides);
  return [{ kind: 'Service', key: record.key, record }, endpointsOf(record.key, endpoints)];
}

export function endpointsOf(key: string, endpoints: readonly string[]): Change {
  const own = sliceKey(`${key}-1`);
  const record = slice(
    endpoints.map((text) => endpoint(text)),
    { key: own, service: serviceKey(key) },
  );
  return { kind: 'EndpointSlice', key: own, record };
}

export const web = objects({}, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);

/** What the transactions after the first sync did, and what each leads to. */
export function watched(played: FakedProxy): Commit[] {
  const commits: Commit[] = [];
  played.tool.onCommit = (commit) => {
    expect(outcomesIn(commit.after)).toEqual(outcomesFor(played.book.plans(commit.family)));
    commits.push(commit);
  };
  return commits;
}

export function elements(transaction: Transaction): { readonly removed: number; readonly added: number } {
  let [removed, added] = [0, 0];
  for (const step of transaction) {
    if (step.kind === 'delete-elements') removed += step.keys.length;
    if (step.kind === 'add-elements') added += step.elements.length;
  }
  return { removed, added };
}
