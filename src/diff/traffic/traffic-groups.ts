import { compareText } from './compare-text.ts';
import type { ChangeFor, FrontendChange, TrafficComparison } from './compare-traffic.ts';
import type { TrafficFrontend } from './traffic-frontend.ts';

/** Frontends for which the same changes. */
export interface FrontendGroup {
  readonly status: FrontendChange['status'];
  readonly frontends: readonly TrafficFrontend[];
  readonly changes: readonly ChangeFor[];
}

/**
 * Puts together what is the same: lost frontends first, then gained and changed ones, each by the names of their Services.
 * Where the same happens to many Services but for their endpoints, these are left out.
 */
export function groupFrontends({ frontends }: TrafficComparison): readonly FrontendGroup[] {
  const alike = Map.groupBy(frontends, ({ status, changes }) =>
    JSON.stringify([status, changes.map(withoutNames)]),
  );
  return [...alike.values()]
    .flatMap((members) => {
      if (servicesOf(members).size >= many) return groupOf(members.map(withoutNamesIn));
      const same = Map.groupBy(members, ({ changes }) => JSON.stringify(changes));
      return [...same.values()].flatMap(groupOf);
    })
    .sort((a, b) => rank[a.status] - rank[b.status] || compareText(nameOf(a), nameOf(b)));
}

/** So many Services are no longer told apart. */
const many = 4;

function groupOf(members: readonly FrontendChange[]): readonly FrontendGroup[] {
  const [first] = members;
  if (first === undefined) return [];
  const frontends = members.map(({ frontend }) => frontend).sort(byName);
  return [{ status: first.status, changes: first.changes, frontends }];
}

function servicesOf(members: readonly FrontendChange[]): ReadonlySet<string> {
  return new Set(members.map(({ frontend: { service, address, port } }) => service || `${address} ${port}`));
}

function withoutNamesIn(member: FrontendChange): FrontendChange {
  return { ...member, changes: member.changes.map(withoutNames) };
}

/** A verdict that changes, without the endpoints that it leads to. */
function withoutNames({ who, change }: ChangeFor): ChangeFor {
  return change.kind === 'verdict' ? { who, change: { ...change, endpoints: [] } } : { who, change };
}

const rank = { lost: 0, gained: 1, changed: 2 } as const;

function nameOf({ frontends }: FrontendGroup): string {
  const [first] = frontends;
  return first === undefined ? '' : sortKey(first);
}

function byName(a: TrafficFrontend, b: TrafficFrontend): number {
  return compareText(sortKey(a), sortKey(b));
}

function sortKey({ service, kind, address, port }: TrafficFrontend): string {
  return [service, kind, address ?? '', String(port).padStart(5, '0')].join(' ');
}
