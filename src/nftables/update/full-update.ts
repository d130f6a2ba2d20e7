import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { Endpoint, ServicePortPlan } from '../../plan/service-plan.ts';
import type { TrafficPolicy } from '../../state/records.ts';
import {
  forwardedKeys,
  type PortSlots,
  serviceContent,
  slotKey,
  slotPlaces,
} from '../content/service-content.ts';
import { Shapes } from '../content/shapes.ts';
import { parseSlotData, type Slots } from '../content/slots.ts';
import { type ChainName, fixedSets, isClientSet } from '../names.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import { skeletonTable } from '../table/skeleton-table.ts';
import { type Data, emptyTable, type Key, type Table, type TableFrame } from '../table/table.ts';
import type { Transaction } from '../table/transaction.ts';
import { closeFrame, openFrame, sameSets } from './frame.ts';
import { KeptContent } from './kept-content.ts';
import { TableBook } from './table-book.ts';
import { TableUpdate } from './table-update.ts';
import { nothingUnclaimed, type Unclaimed } from './unclaimed.ts';

/** A table that is kept by transactions: what it is made of, and what is known of it. */
export interface TableInMaking {
  readonly options: NftablesOptions;
  readonly skeleton: TableFrame;
  readonly shapes: Shapes;
  readonly book: TableBook;
}

/** A table of which nothing is known yet; `skeletonText` is rules/nftables/skeleton.nft. */
export function newTable(skeletonText: string, options: NftablesOptions): TableInMaking {
  const skeleton = skeletonTable(skeletonText, options);
  return { options, skeleton, shapes: new Shapes(options), book: new TableBook() };
}

/** The table is a new one; afterwards its book knows what stands. */
export interface FullUpdate extends TableInMaking {
  /** What stands. */
  readonly live: Table;
  readonly plans: FamilyPlans;
  readonly now: number;
  /** Where not all objects are known: what stays, though no plan claims it, as long as it stands. */
  readonly keeps?: KeptContent | 'everything' | undefined;
}

/**
 * Elements in one transaction. Measured: 100,000 in batches of 2,000 take no longer than in one, and a fraction of
 * the memory; and in a user namespace the kernel takes no message of more than some 5,000.
 */
const batchSize = 2_000;

/**
 * The transactions that lead from what stands to the plans; none where nothing differs. A small difference is one. A
 * large one comes in several, each with all of its Services; the chains that hooks call come last where they are new,
 * so that traffic meets no table that is half there. A table whose maps have another form is made anew, in one.
 */
export function* fullUpdate(input: FullUpdate): Iterable<Transaction> {
  if (!sameSets(input.live, input.skeleton)) {
    if (input.keeps !== undefined) throw new Error(otherForm);
    const afresh = [...fullUpdate({ ...input, live: emptyTable })];
    yield [{ kind: 'delete-table' }, ...afresh.flat()];
    return;
  }
  const { live, skeleton, plans, book, shapes, options, now, keeps } = input;
  const unclaimed = unclaimedOf(live, skeleton);
  const update = new TableUpdate(book, options, unclaimed, now);
  const claimed = { frontends: new Set<Key>(), chains: new Set<ChainName>() };
  let opening = openFrame(live, skeleton);
  for (const ports of plans.values()) {
    const arranged = ports.map((plan) => book.arrange(plan, slotsIn(unclaimed, plan)));
    const content = serviceContent(arranged, shapes, options);
    update.place(content);
    if (keeps !== undefined) {
      for (const key of forwardedKeys(content)) claimed.frontends.add(key);
      for (const name of content.chains.keys()) claimed.chains.add(name);
    }
    if (update.size < batchSize) continue;
    yield [...opening, ...update.take()];
    opening = [];
  }
  if (keeps !== undefined) book.keep(KeptContent.of(unclaimed, { live, before: keeps, claimed }));
  update.removeUnclaimed();
  const last = [...opening, ...update.take(), ...closeFrame(live, skeleton)];
  if (last.length > 0) yield last;
}

const otherForm =
  'the table that stands is of another version, and it cannot be made anew as long as not all objects are known';

function unclaimedOf(live: Table, skeleton: TableFrame): Unclaimed {
  const unclaimed = nothingUnclaimed();
  for (const set of fixedSets) {
    for (const [key, data] of live.elements.get(set) ?? []) unclaimed.elements[set].set(key, data);
  }
  for (const [name, { rules }] of live.chains) {
    if (!skeleton.chains.has(name)) unclaimed.chains.set(name, rules);
  }
  for (const name of live.sets.keys()) if (isClientSet(name)) unclaimed.clientSets.add(name);
  return unclaimed;
}

/** The slots that a port's endpoints have in the table that stands, so that they keep them over a restart. */
function slotsIn({ elements }: Unclaimed, plan: ServicePortPlan): PortSlots | undefined {
  const read = (policy: TrafficPolicy) => {
    for (const { map, frontend } of slotPlaces(plan, policy)) {
      const slots = readSlots(elements[map], frontend);
      if (slots.length > 0) return slots;
    }
    return [];
  };
  const slots = { cluster: read('Cluster'), local: read('Local') };
  return slots.cluster.length + slots.local.length === 0 ? undefined : slots;
}

function readSlots(elements: ReadonlyMap<Key, Data>, frontend: Key): Slots {
  const slots: Endpoint[] = [];
  for (let slot = 0; elements.size > 0; slot += 1) {
    const endpoint = parseSlotData(elements.get(slotKey(frontend, slot)));
    if (endpoint === undefined) break;
    slots.push(endpoint);
  }
  return slots;
}
