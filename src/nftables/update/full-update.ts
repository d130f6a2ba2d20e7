import type { FamilyPlans } from '../../plan/plan-change.ts';
import type { Endpoint, ServicePortPlan } from '../../plan/service-plan.ts';
import type { TrafficPolicy } from '../../state/records.ts';
import {
  forwardedKeys,
  type PortSlots,
  serviceContent,
  slotKey,
  slotLocations,
} from '../content/service-content.ts';
import { Shapes } from '../content/shapes.ts';
import { parseSlotData, type Slots } from '../content/slots.ts';
import { type ChainName, fixedSets, isClientSet } from '../names.ts';
import type { NftablesOptions } from '../nftables-options.ts';
import { skeletonTable } from '../table/skeleton-table.ts';
import { type Data, emptyTable, type Key, type Table, type TableSchema } from '../table/table.ts';
import type { Transaction } from '../table/table-transaction.ts';
import { KeptContent } from './kept-content.ts';
import { attachBaseChains, createSchema, deleteForeignBaseChains, hasSameSets } from './schema-steps.ts';
import { TableState } from './table-state.ts';
import { TableUpdate } from './table-update.ts';
import { nothingUnclaimed, type Unclaimed } from './unclaimed.ts';

/** A table that is maintained by transactions: its options and skeleton, and what is known about its content. */
export interface ManagedTable {
  readonly options: NftablesOptions;
  readonly skeleton: TableSchema;
  readonly shapes: Shapes;
  readonly state: TableState;
}

/** A table whose content is not known yet; `skeletonText` is rules/nftables/skeleton.nft. */
export function newTable(skeletonText: string, options: NftablesOptions): ManagedTable {
  const skeleton = skeletonTable(skeletonText, options);
  return { options, skeleton, shapes: new Shapes(options), state: new TableState() };
}

/** The input of a full update of a new `ManagedTable`, whose state knows the table's content afterwards. */
export interface FullUpdate extends ManagedTable {
  /** The table as it is. */
  readonly live: Table;
  readonly plans: FamilyPlans;
  readonly now: number;
  /** Where not all objects are known: what stays, though no plan claims it, as long as it stands. */
  readonly keeps?: KeptContent | 'everything' | undefined;
}

/**
 * Elements in one transaction. Measured: 100,000 in batches of 2,000 take no longer than in one batch, and a fraction
 * of the memory; and in a user namespace the kernel accepts messages of at most some 5,000.
 */
const batchSize = 2_000;

/**
 * The transactions that lead from the present table to the plans; none if nothing differs. A small difference takes one
 * transaction. A large one takes several, each with whole Services; new base chains come last, so that traffic never
 * meets an incomplete table. A table whose maps are declared differently is recreated in one transaction.
 */
export function* fullUpdate(input: FullUpdate): Iterable<Transaction> {
  if (!hasSameSets(input.live, input.skeleton)) {
    if (input.keeps !== undefined) throw new Error(otherForm);
    const afresh = [...fullUpdate({ ...input, live: emptyTable })];
    yield [{ kind: 'delete-table' }, ...afresh.flat()];
    return;
  }
  const { live, skeleton, plans, state, shapes, options, now, keeps } = input;
  const unclaimed = unclaimedOf(live, skeleton);
  const update = new TableUpdate(state, options, unclaimed, now);
  const claimed = { frontends: new Set<Key>(), chains: new Set<ChainName>() };
  let opening = [...deleteForeignBaseChains(live, skeleton), ...createSchema(live, skeleton)];
  for (const ports of plans.values()) {
    const arranged = ports.map((plan) => state.arrange(plan, slotsIn(unclaimed, plan)));
    const content = serviceContent(arranged, shapes, options);
    update.claim(content);
    if (keeps !== undefined) {
      for (const key of forwardedKeys(content)) claimed.frontends.add(key);
      for (const name of content.chains.keys()) claimed.chains.add(name);
    }
    if (update.size < batchSize) continue;
    yield [...opening, ...update.nextTransaction()];
    opening = [];
  }
  if (keeps !== undefined) state.keep(KeptContent.of(unclaimed, { live, before: keeps, claimed }));
  update.removeUnclaimed();
  const last = [...opening, ...update.nextTransaction(), ...attachBaseChains(live, skeleton)];
  if (last.length > 0) yield last;
}

const otherForm =
  'the table that stands is of another version, and it cannot be made anew as long as not all objects are known';

function unclaimedOf(live: Table, skeleton: TableSchema): Unclaimed {
  const unclaimed = nothingUnclaimed();
  for (const set of fixedSets) {
    for (const [key, data] of live.elements.get(set) ?? []) unclaimed.elements[set].set(key, data);
  }
  for (const [name, { hook, rules }] of live.chains) {
    if (hook === undefined && !skeleton.chains.has(name)) unclaimed.chains.set(name, rules);
  }
  for (const name of live.sets.keys()) if (isClientSet(name)) unclaimed.clientSets.add(name);
  return unclaimed;
}

/** The slots that a port's endpoints have in the table, so that they keep them over a restart. */
function slotsIn({ elements }: Unclaimed, plan: ServicePortPlan): PortSlots | undefined {
  const read = (policy: TrafficPolicy) => {
    for (const { map, frontend } of slotLocations(plan, policy)) {
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
