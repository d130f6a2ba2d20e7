import type { SideNames } from '../../rules/rules-text.ts';
import type { ChangeFor, FrontendChange, TrafficComparison } from '../compare-traffic.ts';
import type { TrafficFrontend } from '../traffic-frontend.ts';

/** What `diff --traffic --output json` prints. */
export interface TrafficJson {
  readonly kind: 'TrafficDifference';
  readonly before: string;
  readonly after: string;
  readonly same: boolean;
  readonly families: readonly {
    readonly family: TrafficComparison['family'];
    readonly summary: Readonly<Record<FrontendChange['status'] | 'same', number>>;
    readonly frontends: readonly {
      readonly service: string;
      readonly kind: TrafficFrontend['kind'];
      /** `null` for node ports. */
      readonly address: string | null;
      readonly port: number;
      readonly protocol: string;
      readonly status: FrontendChange['status'];
      readonly changes: readonly ChangeFor[];
    }[];
    readonly others: readonly {
      readonly what: string;
      readonly address: string;
      readonly port: number;
      readonly protocol: string;
      readonly changes: readonly ChangeFor[];
    }[];
    readonly unknowns: readonly string[];
  }[];
}

export function trafficJson(names: SideNames, comparisons: readonly TrafficComparison[]): TrafficJson {
  return {
    kind: 'TrafficDifference',
    before: names.before,
    after: names.after,
    same: comparisons.every(isSame),
    families: comparisons.map(({ family, frontends, others, same, unknowns }) => ({
      family,
      summary: { ...countsOf(frontends), same },
      frontends: frontends.map(
        ({ frontend: { service, kind, address, port, protocol }, status, changes }) => {
          return { service, kind, address: address ?? null, port, protocol, status, changes };
        },
      ),
      others: others.map(({ what, destination: { destination, port, protocol }, changes }) => {
        return { what, address: destination, port, protocol, changes };
      }),
      unknowns,
    })),
  };
}

/** Whether nothing changes for traffic, as far as is known. */
export function isSame({ frontends, others }: TrafficComparison): boolean {
  return frontends.length + others.length === 0;
}

function countsOf(frontends: readonly FrontendChange[]): Readonly<Record<FrontendChange['status'], number>> {
  const counts = { lost: 0, gained: 0, changed: 0 };
  for (const { status } of frontends) counts[status] += 1;
  return counts;
}
