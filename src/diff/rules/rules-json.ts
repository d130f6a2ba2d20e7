import type { Family } from '../../net/family.ts';
import type { Dialect, Difference } from './difference.ts';
import { changeOf, type RulesSummary, summarizeRules } from './rules-summary.ts';
import type { SideNames } from './rules-text.ts';

/** What `diff --output json` prints. */
export interface RulesJson {
  readonly kind: 'RulesDifference';
  readonly before: string;
  readonly after: string;
  readonly same: boolean;
  readonly summary: RulesSummary;
  /** Families whose sides have no dialect in common, so that nothing was compared. */
  readonly incomparable: readonly Incomparable[];
  readonly differences: readonly {
    readonly family: Family;
    readonly kind: 'chain' | 'map' | 'set';
    /** `nat`, `nft portolan`. */
    readonly table: string;
    readonly name: string;
    readonly change: 'added' | 'removed' | 'changed';
    /** The rules, or the elements that differ; `null` where the part is missing. */
    readonly before: readonly string[] | null;
    readonly after: readonly string[] | null;
  }[];
}

export interface Incomparable {
  readonly family: Family;
  readonly before: readonly Dialect[];
  readonly after: readonly Dialect[];
}

export function rulesJson(
  names: SideNames,
  differences: readonly Difference[],
  incomparable: readonly Incomparable[],
): RulesJson {
  return {
    kind: 'RulesDifference',
    ...names,
    same: differences.length === 0 && incomparable.length === 0,
    summary: summarizeRules(differences),
    incomparable,
    differences: differences.map((difference) => ({
      family: difference.family,
      ...difference.part,
      change: changeOf(difference),
      before: difference.before ?? null,
      after: difference.after ?? null,
    })),
  };
}
