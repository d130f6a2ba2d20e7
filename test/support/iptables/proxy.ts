import { IptablesBackend } from '../../../src/iptables/backend.ts';
import type { IptablesOptions } from '../../../src/iptables/iptables-options.ts';
import type { BatchSize } from '../../../src/iptables/restore-input.ts';
import { iptablesRuleFiles } from '../../../src/kernel/rule-files.ts';
import { PlanBook } from '../../../src/plan/plan-book.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import type { Change } from '../../../src/state/records.ts';
import { FakeRuleTool } from '../fake-rule-tool.ts';
import { cidr, context } from '../records.ts';
import { Syncer } from '../sync/syncer.ts';

export const options: IptablesOptions = {
  family: 'IPv4',
  masqueradeBit: 14,
  masqueradeAll: false,
  localDetector: { by: 'cidr', cidr: cidr('10.0.0.0/8') },
  localhostNodePorts: true,
  nodePortAddresses: 'all',
  dropInvalid: true,
  randomFully: true,
  packetCounters: new Set(),
  thinComments: false,
};

/** A state, a syncer over it and a fake kernel below. `overrides` may change. */
export function proxy(batchSize: BatchSize = 'all', initial = '', overrides: Partial<IptablesOptions> = {}) {
  const tool = new FakeRuleTool(batchSize, initial);
  const state = new ClusterState('node-0');
  const backend = new IptablesBackend('IPv4', tool, iptablesRuleFiles(), async () => ({
    ...options,
    ...overrides,
  }));
  const where = context({ zone: 'a', holder: (claim) => state.holder(claim) });
  const syncer = new Syncer(new PlanBook(state), () => where, [backend]);
  const apply = (changes: readonly Change[]) => {
    for (const change of changes) state.apply(change);
    return syncer.sync();
  };
  return { tool, state, backend, syncer, apply };
}
