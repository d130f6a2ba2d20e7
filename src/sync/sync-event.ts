import type { Look } from '../backend/backend.ts';
import type { Family } from '../net/family.ts';
import type { FamilyPlans, PlanChange } from '../plan/plan-change.ts';
import type { Problem } from '../state/problem.ts';
import type { ServiceKey } from '../state/records.ts';

/** What one sync did in one family. */
export type SyncOutcome = {
  readonly family: Family;
  readonly scope: 'full' | 'partial';
  /** How many Services changed, and which. */
  readonly changed: number;
  readonly services: readonly ServiceKey[];
  readonly milliseconds: number;
} & (
  | {
      readonly result: 'done';
      readonly refused: readonly Problem[];
      /** How many rules or elements stay that no plan claims; see `Backend`. */
      readonly kept: number;
    }
  /** Nothing is sure about the rules of this family; the next sync is a full one. */
  | { readonly result: 'failed'; readonly error: Error }
);

/** What a sync brought into force: all plans of a family, or what changed in them. */
export type AppliedPlans =
  | { readonly scope: 'full'; readonly plans: FamilyPlans }
  | { readonly scope: 'partial'; readonly changes: readonly PlanChange[] };

/** What happens to the rules of a family, as it happens. */
export type SyncEvent = SyncNews & { readonly family: Family };

export type SyncNews =
  /** All that came until now is being brought into force; that is what it changes in the plans of the family. */
  | { readonly kind: 'taken'; readonly changes: readonly PlanChange[] }
  /** The kernel's rules are being changed for it. */
  | { readonly kind: 'sync starts' }
  /** These plans are in force. Where it is settled, nothing of the rules before them is left over. */
  | { readonly kind: 'applied'; readonly applied: AppliedPlans; readonly isSettled: boolean }
  /** A sync has ended, one way or the other. There is none where the rules did not have to change. */
  | { readonly kind: 'synced'; readonly outcome: SyncOutcome }
  /** All that was taken is in force. */
  | { readonly kind: 'up to date' }
  /** What changes left over was removed, as far as its time had come. */
  | { readonly kind: 'tidied'; readonly isSettled: boolean }
  /** It could not be removed; a full sync follows. */
  | { readonly kind: 'tidying failed'; readonly error: Error }
  /** Somebody else changed the rules; a full sync follows. */
  | { readonly kind: 'damaged' }
  /** Whether somebody changed the rules could not be seen. */
  | { readonly kind: 'look failed'; readonly look: Look; readonly error: Error };

/** Hears of everything in its order. What it throws ends the proxy. */
export type SyncListener = (event: SyncEvent) => void;
