import { PlanBook } from '../src/plan/plan-book.ts';
import type { FamilyPlans } from '../src/plan/plan-change.ts';
import { filesSource } from '../src/sources/files-source.ts';
import { ClusterState } from '../src/state/cluster-state.ts';

/** The IPv4 plans of the objects in a folder. */
export async function plansFrom(folder: string): Promise<FamilyPlans> {
  const state = new ClusterState('node-0');
  await filesSource(folder).load(({ changes }) => {
    for (const change of changes) state.apply(change);
  });
  const book = new PlanBook(state);
  book.update({
    nodeName: 'node-0',
    zone: '',
    nodeHints: true,
    nodeIPs: {},
    holder: (claim) => state.holder(claim),
  });
  return book.plans('IPv4');
}
