import { slotCode } from '../../../src/nftables/content/slot-code.ts';
import { parseSlotData } from '../../../src/nftables/content/slots.ts';
import { type ListedElement, TableReader } from '../../../src/nftables/table/read-table.ts';
import type { Data, Table } from '../../../src/nftables/table/table.ts';
import type { CounterQuestion, SlotContent, TableCounters } from '../../../src/nftables/table-counters.ts';
import type { FamilyPlans } from '../../../src/plan/plan-change.ts';
import { planService } from '../../../src/plan/plan-service.ts';
import { packetsCounted } from '../../../src/rules-text/nft/scan-rule.ts';
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

/** The counters of a table of which nft would print this. */
export function listing(part: Listing): TableCounters {
  return {
    async read(questions) {
      const found = new Map<string, ListedElement>();
      const reader = new TableReader((element) => found.set(`${element.set} ${element.key}`, element));
      for (const line of linesOf(part)) reader.line(line);
      for (const question of questions) answer(question, reader.table, (id) => found.get(id));
      return true;
    },
  };
}

/** The same, of which the reading ends before it has come to anything else. */
export function failing(part: Listing): TableCounters {
  return {
    async read(questions) {
      await listing(part).read(Iterator.from(questions).map(withoutMissing));
      throw new Error('the reading was ended');
    },
  };
}

function withoutMissing(question: CounterQuestion): CounterQuestion {
  return new Proxy(question, {
    get(target, name) {
      if (name === 'missing') return () => undefined;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function answer(
  question: CounterQuestion,
  table: Table,
  find: (id: string) => ListedElement | undefined,
): void {
  if (question.of === 'slots') {
    for (let slot = 0; ; slot += 1) {
      const element = find(`${question.set} ${question.key} . ${slot}`);
      if (element !== undefined) question.found(slot, element.packets, contentOf(element.data));
      else question.missing(slot);
      if (element === undefined && slot >= question.size) return;
    }
  }
  const packets =
    question.of === 'chain'
      ? table.chains.get(question.chain)?.rules.flatMap((rule) => packetsCounted(rule) ?? [])[0]
      : find(`${question.set} ${question.key}`)?.packets;
  if (packets === undefined) question.missing();
  else question.found(packets);
  if (question.of !== 'element' || question.otherwise === undefined) return;
  if (packets === undefined) answer(question.otherwise, table, find);
  else question.otherwise.missing();
}

function contentOf(data: Data): SlotContent {
  const endpoint = parseSlotData(data);
  if (endpoint === undefined) throw new Error(`${data} is no endpoint`);
  return { code: slotCode(endpoint), data };
}

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
