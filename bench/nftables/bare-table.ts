import { type ServiceContent, serviceContent } from '../../src/nftables/content/service-content.ts';
import { Shapes } from '../../src/nftables/content/shapes.ts';
import type { NftablesOptions } from '../../src/nftables/nftables-options.ts';
import { partsOfData } from '../../src/nftables/table/element-data.ts';
import type { SetDeclaration } from '../../src/nftables/table/table.ts';
import { TableState } from '../../src/nftables/update/table-state.ts';
import type { FamilyPlans } from '../../src/plan/plan-change.ts';
import { type SetText, tableText } from '../../src/rules-text/nft/write/table-text.ts';

/**
 * The slots and dispatch elements that Portolan makes for ClusterIP Services on TCP ports, as input of `nft -f`, in
 * the simplest table that takes them: chains without rules, maps without counters, elements without comments.
 */
export function bareTable(plans: FamilyPlans): string {
  const contents = contentsOf(plans);
  const chains = new Set(contents.flatMap(({ shapes }) => [...shapes].map(({ name }) => name)));
  const slots = contents.flatMap((content) => [...(content.slots.get('service-endpoints-tcp') ?? [])]);
  const dispatch = contents.flatMap((content) =>
    [...(content.dispatch.get('services') ?? [])].map(
      ([key, data]) => [key, partsOfData(data).value] as const,
    ),
  );
  const maps: readonly SetText[] = [
    { ...bareSlotMap, elements: slots },
    {
      kind: 'map',
      name: 'services',
      properties: ['type ipv4_addr . inet_proto . inet_service : verdict'],
      elements: dispatch,
    },
  ];
  const empty = Iterator.from(chains).map((name) => ({ name, rules: [] }));
  return [...tableText(`ip ${bareTableName}`, maps, empty)].join('');
}

export const bareTableName = 'bare';

/** The map of its slots. */
export const bareSlotMap: SetDeclaration = {
  name: 'service-endpoints-tcp',
  kind: 'map',
  properties: ['typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport'],
};

function contentsOf(plans: FamilyPlans): readonly ServiceContent[] {
  const shapes = new Shapes(options);
  const book = new TableState();
  return [...plans.values()].map((ports) =>
    serviceContent(
      ports.map((plan) => book.arranged(plan)),
      shapes,
      options,
    ),
  );
}

/** None of these says anything about a ClusterIP's elements. */
const options: NftablesOptions = {
  family: 'IPv4',
  masqueradeBit: 14,
  masqueradeAll: false,
  localDetector: undefined,
  nodePortAddresses: [],
  serviceCIDRs: [],
};
