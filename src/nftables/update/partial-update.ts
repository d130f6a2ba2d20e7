import type { PlanChange } from '../../plan/plan-change.ts';
import type { ServicePortName } from '../../plan/service-plan.ts';
import {
  forwardedKeys,
  frontendKeys,
  type PortSlots,
  type ServiceContent,
  serviceContent,
} from '../content/service-content.ts';
import type { Shapes } from '../content/shapes.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import type { Data, Key } from '../table/table.ts';
import type { Transaction } from '../table/table-transaction.ts';
import type { TableState } from './table-state.ts';
import { TableUpdate } from './table-update.ts';
import { nothingUnclaimed, type Unclaimed } from './unclaimed.ts';

/**
 * The transaction that changes only these Services; the work for it depends on their endpoints. All their content is
 * released first and then claimed again, so that an address may pass from any of them to any other.
 */
export function partialUpdate(
  changes: readonly PlanChange[],
  state: TableState,
  shapes: Shapes,
  options: NftablesOptions,
  now: number,
): Transaction {
  const unclaimed = nothingUnclaimed();
  const slotsBefore = new Map<ServicePortName, PortSlots>();
  const settled = new Set<Key>();
  for (const { before } of changes) {
    const ports = before.map((plan) => state.arranged(plan));
    const content = serviceContent(ports, shapes, options);
    releaseContent(content, state, unclaimed);
    for (const key of frontendKeys(content)) settled.add(key);
    for (const { plan, slots } of ports) {
      slotsBefore.set(plan.name, slots);
      state.forget(plan);
    }
  }
  const contents = changes.map(({ after }) => {
    const ports = after.map((plan) => state.arrange(plan, slotsBefore.get(plan.name)));
    return serviceContent(ports, shapes, options);
  });
  // What is kept of a frontend waits for its endpoints, or for news of its Service.
  for (const content of contents) for (const key of frontendKeys(content)) settled.delete(key);
  for (const content of contents) for (const key of forwardedKeys(content)) settled.add(key);
  const chains = new Set(contents.flatMap((content) => [...content.chains.keys()]));
  state.kept.release({ frontends: settled, chains }, unclaimed);
  const update = new TableUpdate(state, options, unclaimed, now);
  for (const content of contents) update.claim(content);
  update.removeUnclaimed();
  return update.nextTransaction();
}

function releaseContent(content: ServiceContent, state: TableState, unclaimed: Unclaimed): void {
  for (const [map, elements] of [...content.slots, ...content.dispatch]) {
    for (const [key, data] of elements) unclaimed.elements[map].set(key, data);
  }
  for (const [set, keys] of content.shared) {
    for (const key of keys) if (state.unshare(set, key)) unclaimed.elements[set].set(key, '' as Data);
  }
  for (const shape of content.shapes) {
    for (const { name, rules } of state.release(shape)) unclaimed.chains.set(name, rules);
  }
  for (const [name, rules] of content.chains) unclaimed.chains.set(name, rules);
  for (const name of content.clientSets) unclaimed.clientSets.add(name);
}
