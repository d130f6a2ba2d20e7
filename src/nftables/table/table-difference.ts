import { elementText } from '../../rules-text/nft/write/command-text.ts';
import type { SetName } from '../names.ts';
import {
  type Chain,
  type Elements,
  type Rule,
  type SetDeclaration,
  type Table,
  withoutCounts,
} from './table.ts';

/** A part of the table that a sync would change: its lines before and after; `undefined` where the part is missing. */
export interface PartDifference {
  /** `chain KUBE-SERVICES`, `map services`. */
  readonly part: string;
  readonly live: readonly string[] | undefined;
  readonly wanted: readonly string[] | undefined;
}

/** What a sync would change, part by part; of maps and sets only the elements that differ. Counters are ignored. */
export function tableDifference(live: Table, wanted: Table): readonly PartDifference[] {
  const sets = new Set([...live.sets.keys(), ...wanted.sets.keys()]);
  const chains = new Set([...live.chains.keys(), ...wanted.chains.keys()]);
  return [
    ...different('table', live.isDormant ? ['flags dormant'] : [], []),
    ...[...sets].flatMap((name) => setDifference(name, live, wanted) ?? []),
    ...[...chains].flatMap((name) =>
      different(`chain ${name}`, chainLines(live.chains.get(name)), chainLines(wanted.chains.get(name))),
    ),
  ];
}

function setDifference(name: SetName, live: Table, wanted: Table): readonly PartDifference[] {
  const [before, after] = [live.sets.get(name), wanted.sets.get(name)];
  const part = `${(after ?? before)?.kind} ${name}`;
  const [left, right] = [live.elements.get(name), wanted.elements.get(name)];
  return different(part, setLines(before, onlyIn(left, right)), setLines(after, onlyIn(right, left)));
}

function different(
  part: string,
  live: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
): readonly PartDifference[] {
  return live?.join('\n') === wanted?.join('\n') ? [] : [{ part, live, wanted }];
}

function chainLines(chain: Chain | undefined): readonly string[] | undefined {
  if (chain === undefined) return undefined;
  return [
    ...(chain.hook === undefined ? [] : [chain.hook]),
    ...chain.rules.map((rule: Rule) => withoutCounts(rule)),
  ];
}

function setLines(
  set: SetDeclaration | undefined,
  elements: readonly string[],
): readonly string[] | undefined {
  return set === undefined ? undefined : [...set.properties, ...elements];
}

function onlyIn(some: Elements | undefined, others: Elements | undefined): readonly string[] {
  return [...(some ?? [])]
    .filter(([key, data]) => others?.get(key) !== data)
    .map(elementText)
    .sort();
}
