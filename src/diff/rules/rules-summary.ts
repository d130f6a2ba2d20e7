import type { Difference } from './difference.ts';

/** How many parts and lines differ. */
export interface RulesSummary {
  readonly chains: Counts;
  /** Of maps and sets. */
  readonly elements: Pick<Counts, 'added' | 'removed'>;
}

export interface Counts {
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
}

export function summarizeRules(differences: readonly Difference[]): RulesSummary {
  const chains = differences.filter(({ part }) => part.kind === 'chain');
  const others = differences.filter(({ part }) => part.kind !== 'chain');
  const count = (change: ReturnType<typeof changeOf>) =>
    chains.filter((difference) => changeOf(difference) === change).length;
  return {
    chains: { changed: count('changed'), added: count('added'), removed: count('removed') },
    elements: {
      added: sum(others.map(({ before, after }) => elementsOnlyIn(after, before))),
      removed: sum(others.map(({ before, after }) => elementsOnlyIn(before, after))),
    },
  };
}

/** `Chains: 3 changed, 1 added, 2 removed; elements of maps and sets: 4 added, 1 removed.` */
export function formatSummary({ chains, elements }: RulesSummary): string {
  const ofChains = [
    ...(chains.changed > 0 ? [`${chains.changed} changed`] : []),
    ...(chains.added > 0 ? [`${chains.added} added`] : []),
    ...(chains.removed > 0 ? [`${chains.removed} removed`] : []),
  ];
  const ofElements = [
    ...(elements.added > 0 ? [`${elements.added} added`] : []),
    ...(elements.removed > 0 ? [`${elements.removed} removed`] : []),
  ];
  const parts = [
    ...(ofChains.length > 0 ? [`chains: ${ofChains.join(', ')}`] : []),
    ...(ofElements.length > 0 ? [`elements of maps and sets: ${ofElements.join(', ')}`] : []),
  ];
  return parts.length === 0 ? 'No rule differs.' : `${capital(parts.join('; '))}.`;
}

export function changeOf({ before, after }: Difference): 'changed' | 'added' | 'removed' {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

/** The number of elements that only one side has. */
function elementsOnlyIn(some: readonly string[] | undefined, others: readonly string[] | undefined): number {
  const known = new Set(others);
  return (some ?? []).filter((line) => !known.has(line) && !property.test(line)).length;
}

/** A declaration, in a set that only one side has. */
const property = /^(?:type|typeof|flags|timeout|gc-interval|size|policy|auto-merge|counter|comment)\b/;

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
