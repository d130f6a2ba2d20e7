import { setImmediate } from 'node:timers/promises';
import type { Address } from '../net/address.ts';
import { type Family, families } from '../net/family.ts';
import type { PlanBook } from '../plan/plan-book.ts';
import type { PlanChange } from '../plan/plan-change.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { FlowCleaner } from '../sync/syncer.ts';
import { Concern } from './concern.ts';
import type { ConntrackTable } from './flow.ts';
import { hasFlows, isStale, presentEndpoints } from './frontends.ts';

/** What one pass over the flows of a family did. */
export type ConntrackOutcome = {
  readonly family: Family;
  readonly milliseconds: number;
} & (
  | { readonly result: 'done'; readonly deleted: number }
  /** `again`: so did the pass before. What it was about is looked at after the next sync. */
  | { readonly result: 'failed'; readonly error: Error; readonly again: boolean }
);

export interface StaleFlowsOptions {
  readonly state: Pick<ClusterState, 'slicesOf' | 'holder'>;
  readonly book: Pick<PlanBook, 'plans'>;
  readonly table: ConntrackTable;
  /** The node's addresses that node ports answer on, as they now are. */
  readonly nodePortAddresses: (family: Family) => readonly Address[];
  readonly report: (outcome: ConntrackOutcome) => void;
}

/**
 * Deletes the flows that changes of Services made stale. Passes run beside the syncs, one at a time in a family; what
 * comes meanwhile is the next one. Only Services that changed are looked for, and nothing is read where none of them
 * has a port whose flows may become stale.
 */
export class StaleFlows implements FlowCleaner {
  readonly #options: StaleFlowsOptions;
  readonly #work: Readonly<Record<Family, FamilyWork>> = { IPv4: newWork(), IPv6: newWork() };

  constructor(options: StaleFlowsOptions) {
    this.#options = options;
  }

  planned(changes: Readonly<Record<Family, readonly PlanChange[]>>): void {
    for (const family of families) {
      for (const change of changes[family]) this.#work[family].planned.add(change);
    }
  }

  inForce(family: Family, scope: 'full' | 'partial', isSettled: boolean): void {
    const { planned, due, unsettled } = this.#work[family];
    due.take(planned);
    if (scope === 'full') {
      for (const [service, after] of this.#options.book.plans(family))
        due.add({ service, before: [], after });
    }
    if (isSettled || !due.isEmpty) due.take(unsettled);
    if (!isSettled) unsettled.addAll(due);
    this.#start(family);
  }

  settled(family: Family): void {
    const { due, unsettled } = this.#work[family];
    due.take(unsettled);
    this.#start(family);
  }

  async idle(): Promise<void> {
    await Promise.all(families.map((family) => this.#work[family].running));
  }

  #start(family: Family): void {
    const work = this.#work[family];
    work.isWanted = !work.due.isEmpty;
    if (work.isWanted) work.running ??= this.#passes(family, work);
  }

  async #passes(family: Family, work: FamilyWork): Promise<void> {
    while (work.isWanted) {
      // The sync that asks for it goes first.
      await setImmediate();
      work.isWanted = false;
      const concern = new Concern();
      concern.take(work.due);
      const outcome = await this.#pass(family, concern, work.hasFailed);
      work.hasFailed = outcome.result === 'failed';
      if (work.hasFailed) work.due.take(concern);
      this.#options.report(outcome);
    }
    work.running = undefined;
  }

  async #pass(family: Family, concern: Concern, again: boolean): Promise<ConntrackOutcome> {
    const started = performance.now();
    const about = () => ({ family, milliseconds: performance.now() - started });
    try {
      const deleted = await this.#deleteStale(family, concern);
      return { ...about(), result: 'done', deleted };
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      return { ...about(), result: 'failed', error, again };
    }
  }

  #deleteStale(family: Family, { services, former }: Concern): Promise<number> {
    const { state, book, table, nodePortAddresses } = this.#options;
    const plans = [...services].flatMap((service) => book.plans(family).get(service) ?? []).filter(hasFlows);
    const present = presentEndpoints({
      plans,
      former,
      slicesOf: ({ service }) => state.slicesOf(service).values(),
      nodePortAddresses: nodePortAddresses(family),
      isHeld: (claim) => state.holder(claim) !== undefined,
    });
    const protocols = new Set([...plans, ...former].map(({ protocol }) => protocol));
    return table.deleteFlows(family, [...protocols], (flow) => isStale(flow, present));
  }
}

interface FamilyWork {
  /** Changed, but not in force yet. */
  readonly planned: Concern;
  /** To be looked at in the next pass. */
  readonly due: Concern;
  /** To be looked at once more: packets on their way through the rules of before may still make flows. */
  readonly unsettled: Concern;
  /** A pass was asked for since the last one began. */
  isWanted: boolean;
  hasFailed: boolean;
  running: Promise<void> | undefined;
}

function newWork(): FamilyWork {
  const concerns = { planned: new Concern(), due: new Concern(), unsettled: new Concern() };
  return { ...concerns, isWanted: false, hasFailed: false, running: undefined };
}
