import type { ChangeFor, FrontendChange, TrafficComparison } from '../compare-traffic.ts';
import type { TrafficFrontend } from '../traffic-frontend.ts';

/** Frontends with the same changes. */
export interface FrontendGroup {
  readonly status: FrontendChange['status'];
  readonly frontends: readonly TrafficFrontend[];
  readonly changes: readonly ChangeFor[];
}

/**
 * Groups frontends with the same changes: lost ones first, then gained and changed ones, each sorted by Service. Where
 * changes of many Services differ only in their endpoints, the endpoints are left out.
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

/** From so many Services on, their endpoints are left out. */
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

/** A changed verdict without its endpoints. */
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

/** By code units, so that the order does not depend on the locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
