import type { Family } from '../net/family.ts';
import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';

/**
 * How far a look at the kernel goes: at the schema (chains, and declarations of maps and sets), or at everything. The
 * first is short, whatever the size of the cluster.
 */
export type Look = 'schema' | 'everything';

/**
 * Keeps the kernel's rules of one family equal to the plans. It decides nothing about when: whoever drives it calls one
 * operation at a time, in its own pace, and hands in plans that stay as they are until the operation has ended.
 *
 * Each operation takes a signal. When it aborts, the operation ends the children that it has under way and settles soon;
 * how it settles then means nothing, and after one that changes rules `syncAll` must follow. Without a signal an operation
 * runs to its end.
 */
export interface Backend {
  readonly family: Family;
  /** Services that the kernel does not take, after the last sync; everything else is in force. */
  readonly refused: ReadonlyMap<ServiceKey, Problem>;
  /** Milliseconds until `syncAll` would try one of them again; `undefined` where it would not. */
  readonly retryDelay: number | undefined;
  /** How many rules or elements of frontends stand that no plan claims: they stay, since not all objects are known. */
  readonly kept: number;
  /** Whatever the kernel holds, afterwards it holds the plans, and what is kept. Throws where that is not so. */
  syncAll(plans: FamilyPlans, signal?: AbortSignal): Promise<void>;
  /** Only what changed, after a `syncAll`. After a failure `syncAll` must follow. */
  syncChanges(changes: readonly PlanChange[], signal?: AbortSignal): Promise<void>;
  /** Milliseconds until `tidy` has something to do; `undefined` without pending deletions. */
  readonly tidyDelay: number | undefined;
  /**
   * Makes the pending deletions of what packets in transit might still have used. After a failure `syncAll` must
   * follow.
   */
  tidy(signal?: AbortSignal): Promise<void>;
  /** The looks that there are here; the last one is at everything. */
  readonly looks: readonly Look[];
  /** Whether the kernel still holds the plans of the last sync, as far as the look goes. Changes nothing. */
  isInForce(plans: FamilyPlans, look: Look, signal?: AbortSignal): Promise<boolean>;
}
