import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { requireNode } from '../../src/proxy/require-node.ts';
import { ClusterState } from '../../src/state/cluster-state.ts';
import { reduceObject } from '../../src/state/reduce-object.ts';
import { nodeObject } from '../support/apiserver/objects.ts';

const gap = { object: 'b.yaml', reason: 'is not read completely' };

async function check(mode: 'NodeCIDR' | 'ClusterCIDR', gaps: readonly (typeof gap)[], hasNode: boolean) {
  const { config } = await loadConfig({ 'detect-local-mode': mode, 'cluster-cidr': '10.244.0.0/16' });
  const state = new ClusterState('node-0');
  state.gaps = gaps;
  if (hasNode) for (const change of reduceObject(nodeObject('node-0')).changes) state.apply(change);
  return () => requireNode(state, config);
}

describe('the Node is required', () => {
  test('where its pod CIDRs count, and it may be in what cannot be read', async () => {
    expect(await check('NodeCIDR', [gap], false)).toThrow(
      'the pod CIDRs of Node node-0 are not known, which detectLocalMode NodeCIDR needs, and not all objects are known: b.yaml is not read completely',
    );
  });

  test.each([
    ['it is known', 'NodeCIDR', [gap], true],
    ['its pod CIDRs do not count', 'ClusterCIDR', [gap], false],
    ['all objects are known', 'NodeCIDR', [], false],
  ] as const)('but not where %s', async (_case, mode, gaps, hasNode) => {
    expect(await check(mode, gaps, hasNode)).not.toThrow();
  });
});
