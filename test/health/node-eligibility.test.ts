import { describe, expect, test } from 'vitest';
import { NodeEligibility } from '../../src/health/node-eligibility.ts';
import type { NodeRecord } from '../../src/state/records.ts';

function node(beingDeleted: boolean): NodeRecord {
  return { name: 'node-0', zone: '', addresses: [], podCIDRs: [], beingDeleted };
}

function eligible(needsNode: boolean, ...seen: readonly (NodeRecord | undefined)[]): boolean {
  const eligibility = new NodeEligibility(needsNode);
  const [first, ...later] = seen;
  if (seen.length > 0) eligibility.loaded(first);
  for (const record of later) eligibility.seen(record);
  return eligibility.eligible;
}

describe('the node may have traffic', () => {
  test.each([
    ['before any object is known', eligible(true)],
    ['while it stays', eligible(true, node(false))],
    ['when its deletion was taken back', eligible(true, node(true), node(false))],
    ['when its Node is gone, but was in order', eligible(true, node(false), undefined)],
    ['where files have no Node', eligible(false, undefined)],
  ])('%s', (_, is) => expect(is).toBe(true));
});

describe('the node may not have traffic', () => {
  test.each([
    ['while it is being deleted', eligible(true, node(false), node(true))],
    ['when it has been deleted', eligible(true, node(true), undefined)],
    ['where the cluster has no such Node', eligible(true, undefined)],
    ['while files say that it is being deleted', eligible(false, node(true))],
  ])('%s', (_, is) => expect(is).toBe(false));
});
