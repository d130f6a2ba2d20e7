import { serviceContent } from '../../nftables/content/service-content.ts';
import type { Shapes } from '../../nftables/content/shapes.ts';
import { slotCount } from '../../nftables/content/slots.ts';
import type { DispatchSet } from '../../nftables/names.ts';
import type { NftablesOptions } from '../../nftables/nftables-options.ts';
import type { Key } from '../../nftables/table/table.ts';
import type { Frontend, ServicePortPlan } from '../../plan/service-plan.ts';
import type { SlotsPlace } from './slot-counters.ts';

/** What determines the elements of a plan. */
export interface TableContext {
  readonly options: NftablesOptions;
  readonly shapes: Shapes;
}

/** The elements of one frontend. */
export interface FrontendElements {
  /** Its key in dispatch maps. Frontends on the same address and port have the same key. */
  readonly key: Key;
  /** The dispatch maps that must have an element of it by the plan. */
  readonly wanted: readonly DispatchSet[];
  /** The one that has an element of it by another plan. */
  readonly other: DispatchSet | undefined;
  readonly slots: readonly SlotsPlace[];
}

/** The elements of a frontend; `undefined` where its plan has none. */
export function frontendElements(
  frontend: Frontend,
  plan: ServicePortPlan,
  { shapes, options }: TableContext,
): FrontendElements | undefined {
  const { endpoints, balance } = plan;
  // One slot is enough: the number of slots does not change which maps they are in.
  const slots = { cluster: endpoints.cluster.slice(0, 1), local: endpoints.local.slice(0, 1) };
  const content = serviceContent([{ plan: { ...plan, frontends: [frontend] }, slots }], shapes, options);
  const sets = frontend.kind === 'NodePort' ? nodePortSets : addressSets;
  const [key] = sets.flatMap((set) => [...(content.dispatch.get(set)?.keys() ?? [])]);
  if (key === undefined) return undefined;
  return {
    key,
    wanted: sets.filter((set) => content.dispatch.has(set)),
    other: sets.find((set) => !content.dispatch.has(set)),
    slots: content.slotRanges.map(({ map, frontend: start }) => {
      const chosen = map.includes('-local-') ? endpoints.local : endpoints.cluster;
      return { set: map, key: start, size: slotCount(balance, chosen.length) };
    }),
  };
}

/** The dispatch maps that may have elements of frontends. */
const nodePortSets: readonly DispatchSet[] = ['node-ports', 'no-endpoint-node-ports'];
const addressSets: readonly DispatchSet[] = ['services', 'no-endpoint-services'];
