import type { KernelTable } from '../../../src/nftables/kernel-table.ts';
import { TableReader } from '../../../src/nftables/table/read-table.ts';
import type { FamilyPlans } from '../../../src/plan/plan-change.ts';
import { planService } from '../../../src/plan/plan-service.ts';
import type { EndpointSliceRecord, ServiceRecord } from '../../../src/state/records.ts';
import { TableTraffic } from '../../../src/status/traffic/traffic.ts';
import { context, endpoint, service, slice } from '../records.ts';

/** The objects that traffic is counted for: `default/web`, with other properties or endpoints. */
export interface Objects {
  readonly service?: Partial<ServiceRecord>;
  readonly slices?: readonly EndpointSliceRecord[];
}

/** What the table has beside its declarations. */
export interface Listing {
  /** Elements by map, as nft lists them; `C5` stands for a counter of 5 packets. */
  readonly elements?: Readonly<Record<string, readonly string[]>>;
  readonly chains?: Readonly<Record<string, readonly string[]>>;
}

export const one = endpoint('10.244.0.1');
export const two = endpoint('10.244.0.2');

export const options = {
  family: 'IPv4',
  masqueradeBit: 14,
  masqueradeAll: false,
  localDetector: undefined,
  nodePortAddresses: 'all',
  serviceCIDRs: [],
} as const;

export function plansOf({ service: changes = {}, slices = [slice([one, two])] }: Objects): FamilyPlans {
  const record = service(changes);
  return new Map([[record.key, planService(record, slices, context())]]);
}

export function followed(plans: FamilyPlans): TableTraffic {
  const traffic = new TableTraffic(options);
  traffic.follow(plans);
  return traffic;
}

/** A table whose ClusterIP has these slots: `C5 : 10.244.0.1`, from slot 0 up. */
export function slots(...texts: readonly string[]): Listing {
  return {
    elements: {
      services: ['10.96.0.10 . tcp . 80 C0 : goto KUBE-SVC-tcp-random-2'],
      'service-endpoints-tcp': texts.map((text, slot) => `10.96.0.10 . 80 . ${slot} ${text} . 8080`),
    },
  };
}

/** A table of which nft would print this. */
export function listing(part: Listing): KernelTable {
  return {
    ...unchanged,
    async read({ onElement } = {}) {
      const reader = new TableReader(onElement);
      for (const line of linesOf(part)) reader.line(line);
      return reader.table;
    },
  };
}

/** The same, which cannot be read to its end. */
export function failing(part: Listing): KernelTable {
  return {
    ...unchanged,
    async read(reading) {
      await listing(part).read(reading);
      throw new Error('the reading was ended');
    },
  };
}

const unchanged = {
  apply: async () => {},
  check: async () => {},
  generation: async () => undefined,
  isOursSince: async () => false,
};

function* linesOf({ elements = {}, chains = {} }: Listing): Iterable<string> {
  yield 'table ip portolan {';
  for (const [map, all] of Object.entries(elements)) {
    yield* [`\tmap ${map} {`, '\t\tcounter'];
    const texts = all.map((text) =>
      text.replace(/C(\d+)/, (_, packets) => `counter packets ${packets} bytes ${packets}00`),
    );
    if (texts.length > 0) yield* `\t\telements = { ${texts.join(',\n\t\t\t     ')} }`.split('\n');
    yield '\t}';
  }
  for (const [chain, rules] of Object.entries(chains)) {
    yield* [`\tchain ${chain} {`, ...rules.map((rule) => `\t\t${rule}`), '\t}'];
  }
  yield '}';
}
