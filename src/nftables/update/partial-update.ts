import type { PlanChange } from '../../plan/plan-change.ts';
import type { ServicePortName } from '../../plan/service-plan.ts';
import { type PortSlots, type ServiceContent, serviceContent } from '../content/service-content.ts';
import type { Shapes } from '../content/shapes.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import type { Data } from '../table/table.ts';
import type { Transaction } from '../table/transaction.ts';
import type { TableBook } from './table-book.ts';
import { nothingUnclaimed, TableUpdate, type Unclaimed } from './table-update.ts';

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
  for (const { before } of changes) {
    const ports = before.map((plan) => book.arranged(plan));
    giveUp(serviceContent(ports, shapes, options), book, unclaimed);
    for (const { plan, slots } of ports) {
      slotsBefore.set(plan.name, slots);
      book.forget(plan);
    }
  }
  const update = new TableUpdate(book, options, unclaimed, now);
  for (const { after } of changes) {
    const ports = after.map((plan) => book.arrange(plan, slotsBefore.get(plan.name)));
    update.place(serviceContent(ports, shapes, options));
  }
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
