import { setImmediate } from 'node:timers/promises';
import type { Backend, Look } from '../backend/backend.ts';
import { hasFailed, type ToolError } from '../backend/failure.ts';
import { type Kernel, RefusedServices } from '../backend/refused-services.ts';
import type { Family } from '../net/family.ts';
import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';
import { serviceContent } from './content/service-content.ts';
import { ElementSum } from './element-sum.ts';
import type { KernelTable } from './kernel-table.ts';
import type { NftablesOptions } from './nftables-options.ts';
import { readLiveTable } from './read-live-table.ts';
import type { ListedElement } from './table/read-table.ts';
import { type Data, emptyTable, type Rule } from './table/table.ts';
import type { Transaction } from './table/table-transaction.ts';
import { fullUpdate, type ManagedTable, newTable } from './update/full-update.ts';
import { hasSchema } from './update/has-schema.ts';
import type { KeptContent } from './update/kept-content.ts';
import { partialUpdate } from './update/partial-update.ts';

/** Returns the options of the table for the present node and cluster. */
export type OptionsFor = () => Promise<NftablesOptions>;

/**
 * How long a packet may be in transit through the rules: microseconds, unless a virtual machine is paused in between.
 */
const inFlight = 1_000;

/** How many Services' elements are summed up without yielding: about 1 ms. */
const servicesAtOnce = 50;

/** How many Services are tried together when some are refused: the kernel does not take a message of any size everywhere. */
const servicesInATry = 1_000;

/** How many transactions of a full sync may wait for the kernel at a time. */
const mostInFlight = 2;

/** The context of an operation. */
interface Operation {
  readonly options: NftablesOptions;
  readonly signal: AbortSignal | undefined;
}

/** Keeps one family's table in the kernel equal to the plans. */
export class NftablesBackend implements Backend {
  readonly family: Family;
  readonly looks = ['schema', 'everything'] as const;
  readonly #table: KernelTable;
  readonly #skeletonText: string;
  readonly #optionsFor: OptionsFor;
  readonly #clock: () => number;
  #settled: ManagedTable | undefined;
  /** Content that no plan claims and that is kept; unknown before the first sync. */
  #kept: KeptContent | undefined;
  readonly #refused: RefusedServices;
  /** What looks know of rules. */
  readonly #rulesByHandle = new Map<string, Rule>();
  /** The rules' generation when all was as it should be, by a look or by a full sync. */
  readonly #intactAt = new Map<Look, number | undefined>();

  constructor(
    family: Family,
    table: KernelTable,
    skeletonText: string,
    optionsFor: OptionsFor,
    clock: () => number = () => performance.now(),
  ) {
    this.family = family;
    this.#table = table;
    this.#skeletonText = skeletonText;
    this.#optionsFor = optionsFor;
    this.#clock = clock;
    this.#refused = new RefusedServices(clock);
  }

  /** Services that the kernel refuses; everything else is in force. */
  get refused(): ReadonlyMap<ServiceKey, Problem> {
    return this.#refused.problems;
  }

  get kept(): number {
    return this.#kept?.frontends ?? 0;
  }

  /** Milliseconds until `syncAll` tries a refused Service again; `undefined` if none is refused. */
  get retryDelay(): number | undefined {
    return this.#refused.retryDelay;
  }

  /** Milliseconds until `tidy` has something to do; `undefined` without pending deletions. */
  get tidyDelay(): number | undefined {
    const oldest = this.#settled?.state.pendingDeletions.oldest;
    return oldest === undefined ? undefined : Math.max(0, oldest + inFlight - this.#clock());
  }

  /**
   * Reads the table that stands and changes what differs from the plans.
   * Services that the kernel refuses are found and left out. Throws a `ToolError` when nothing can be applied.
   */
  async syncAll(plans: FamilyPlans, signal?: AbortSignal): Promise<void> {
    await this.#refused.bringIntoForce(plans, this.#kernel({ options: await this.#optionsFor(), signal }));
  }

  /**
   * Changes what these Services have in the table, after a `syncAll`. Throws a `ToolError`, after which one must
   * follow.
   */
  async syncChanges(changes: readonly PlanChange[], signal?: AbortSignal): Promise<void> {
    const { state, shapes, options } = this.#requireSettled();
    const inForce = await this.#refused.changesInForce(changes, this.#kernel({ options, signal }));
    const now = this.#clock();
    const update = partialUpdate(inForce, state, shapes, options, now);
    await this.#apply([...state.tidy(now - inFlight), ...update], { options, signal });
  }

  /** Removes what was left over for packets on their way. Throws a `ToolError`, after which `syncAll` must follow. */
  async tidy(signal?: AbortSignal): Promise<void> {
    const { state, options } = this.#requireSettled();
    await this.#apply(state.tidy(this.#clock() - inFlight), { options, signal });
  }

  /**
   * Whether the table still is as it was left: chains, maps and sets, and where everything is looked at, their elements. Where
   * nobody else has changed any rules since it was so, the table is not read.
   */
  async isInForce(plans: FamilyPlans, look: Look, signal?: AbortSignal): Promise<boolean> {
    const managed = this.#requireSettled();
    const intactAt = this.#intactAt.get(look);
    if (intactAt !== undefined && (await this.#table.isOursSince(intactAt))) return true;
    const generation = await this.#table.generation();
    const listed = look === 'everything' ? new ElementSum() : undefined;
    const onElement = listed && (({ set, key, data }: ListedElement) => listed.add(set, key, data));
    const schema = await this.#table.read({ onElement, rulesByHandle: this.#rulesByHandle, signal });
    if (schema === undefined || !hasSchema(schema, managed)) return false;
    if (listed !== undefined) {
      const sum = await this.#sumOf(this.#refused.accepted(plans), signal);
      if (!sum.equals(listed)) return false;
    }
    this.#intactAt.set(look, generation);
    return true;
  }

  #kernel(operation: Operation): Kernel {
    return {
      bringIntoForce: (plans) =>
        this.#makeEqual(plans, operation).catch((error: unknown) => {
          if (hasFailed(error, 'interrupted')) return this.#makeEqual(plans, operation);
          throw error;
        }),
      refusalOf: (plans) => this.#refusalOf(plans, operation),
      largestTry: servicesInATry,
    };
  }

  async #makeEqual(plans: FamilyPlans, operation: Operation): Promise<void> {
    const { options, signal } = operation;
    const settled = newTable(this.#skeletonText, options);
    const generation = await this.#table.generation();
    const live = await readLiveTable(this.#table, signal);
    this.#settled = undefined;
    this.#intactAt.clear();
    // After the first sync nothing is kept that was not then: it would be of Services that were known.
    const keeps = options.keepsUnclaimed ? (this.#kept ?? ('everything' as const)) : undefined;
    await this.#applyAll(fullUpdate({ ...settled, live, plans, keeps, now: this.#clock() }), operation);
    this.#settled = settled;
    this.#kept = settled.state.kept;
    for (const look of this.looks) this.#intactAt.set(look, generation);
  }

  /**
   * The next transaction is made while the kernel has the one before. None is under way any more when one has failed.
   */
  async #applyAll(transactions: Iterable<Transaction>, operation: Operation): Promise<void> {
    const applied: Promise<void>[] = [];
    try {
      for (const transaction of transactions) {
        applied.push(this.#apply(transaction, operation));
        await Promise.race([Promise.all(applied), applied.at(-mostInFlight)]);
      }
    } finally {
      await Promise.allSettled(applied);
    }
    await Promise.all(applied);
  }

  async #apply(transaction: Transaction, { signal }: Operation): Promise<void> {
    if (transaction.length === 0) return;
    await this.#table.apply(transaction, signal);
  }

  /** Yields to the event loop now and then. */
  async #sumOf(plans: FamilyPlans, signal: AbortSignal | undefined): Promise<ElementSum> {
    const { state, shapes, options } = this.#requireSettled();
    const sum = new ElementSum();
    const shared = new Set<string>();
    let services = 0;
    for (const ports of plans.values()) {
      services += 1;
      if (services % servicesAtOnce === 0) await setImmediate();
      signal?.throwIfAborted();
      const content = serviceContent(
        ports.map((plan) => state.arranged(plan)),
        shapes,
        options,
      );
      for (const [set, elements] of [...content.slots, ...content.dispatch]) {
        for (const [key, data] of elements) sum.add(set, key, data);
      }
      for (const [set, keys] of content.shared) {
        for (const key of keys) {
          if (!shared.has(`${set} ${key}`)) sum.add(set, key, '' as Data);
          shared.add(`${set} ${key}`);
        }
      }
    }
    for (const { map, key, data } of state.pendingDeletions.slots()) sum.add(map, key, data);
    for (const { set, key, data } of state.kept.elements())
      if (!shared.has(`${set} ${key}`)) sum.add(set, key, data);
    return sum;
  }

  /** Has the kernel check a table with these Services, without making it. */
  async #refusalOf(plans: FamilyPlans, { options, signal }: Operation): Promise<ToolError | undefined> {
    const table = newTable(this.#skeletonText, options);
    const update = [...fullUpdate({ ...table, live: emptyTable, plans, now: this.#clock() })];
    try {
      await this.#table.check(update.flat(), signal);
      return undefined;
    } catch (error) {
      if (hasFailed(error, 'refused')) return error;
      throw error;
    }
  }

  #requireSettled(): ManagedTable {
    if (this.#settled === undefined) throw new Error('the first sync must be a whole one');
    return this.#settled;
  }
}
