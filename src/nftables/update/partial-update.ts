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
import type { Transaction } from '../table/transaction.ts';
import type { TableBook } from './table-book.ts';
import { TableUpdate } from './table-update.ts';
import { nothingUnclaimed, type Unclaimed } from './unclaimed.ts';

/**
 * The transaction that changes these Services and nothing else; its work is that of their endpoints. All that they had
 * is given up first and then claimed again, so that it does not matter which of them gives an address to which.
 */
export function partialUpdate(
  changes: readonly PlanChange[],
  book: TableBook,
  shapes: Shapes,
  options: NftablesOptions,
  now: number,
): Transaction {
  const unclaimed = nothingUnclaimed();
  const slotsBefore = new Map<ServicePortName, PortSlots>();
  const settled = new Set<Key>();
  for (const { before } of changes) {
    const ports = before.map((plan) => book.arranged(plan));
    const content = serviceContent(ports, shapes, options);
    giveUp(content, book, unclaimed);
    for (const key of frontendKeys(content)) settled.add(key);
    for (const { plan, slots } of ports) {
      slotsBefore.set(plan.name, slots);
      book.forget(plan);
    }
  }
  const contents = changes.map(({ after }) => {
    const ports = after.map((plan) => book.arrange(plan, slotsBefore.get(plan.name)));
    return serviceContent(ports, shapes, options);
  });
  // What is kept of a frontend waits for its endpoints, or for news of its Service.
  for (const content of contents) for (const key of frontendKeys(content)) settled.delete(key);
  for (const content of contents) for (const key of forwardedKeys(content)) settled.add(key);
  const chains = new Set(contents.flatMap((content) => [...content.chains.keys()]));
  book.kept.giveUp({ frontends: settled, chains }, unclaimed);
  const update = new TableUpdate(book, options, unclaimed, now);
  for (const content of contents) update.place(content);
  update.removeUnclaimed();
  return update.take();
}

function giveUp(content: ServiceContent, book: TableBook, unclaimed: Unclaimed): void {
  for (const [map, elements] of [...content.slots, ...content.dispatch]) {
    for (const [key, data] of elements) unclaimed.elements[map].set(key, data);
  }
  for (const [set, keys] of content.shared) {
    for (const key of keys) if (book.unshare(set, key)) unclaimed.elements[set].set(key, '' as Data);
  }
  for (const shape of content.shapes) {
    for (const { name, rules } of book.release(shape)) unclaimed.chains.set(name, rules);
  }
  for (const [name, rules] of content.chains) unclaimed.chains.set(name, rules);
  for (const name of content.clientSets) unclaimed.clientSets.add(name);
}
