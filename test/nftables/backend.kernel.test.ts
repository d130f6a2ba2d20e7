import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Family, families, type Protocol, protocols } from '../../src/net/family.ts';
import { isClientSet, isSlotMap, type SetName, tableName } from '../../src/nftables/names.ts';
import { type NftablesOptions, nftFamily } from '../../src/nftables/nftables-options.ts';
import { readLiveTable } from '../../src/nftables/read-live-table.ts';
import { formatTable } from '../../src/nftables/table/format-table.ts';
import { readTable } from '../../src/nftables/table/read-table.ts';
import { type Table, withoutCounts } from '../../src/nftables/table/table.ts';
import type { Change } from '../../src/state/records.ts';
import { anyTableOptions } from '../support/arbitrary-table-options.ts';
import { anyContestedHistory } from '../support/contested-cluster.ts';
import type { FakeNfTables } from '../support/fake-nf-tables.ts';
import { type NftNamespace, nftNamespace, nftUnavailable } from '../support/kernel/nft-namespace.ts';
import { KernelNfTables } from '../support/nftables/kernel-nf-tables.ts';
import { proxy } from '../support/nftables/proxy.ts';
import { address, endpoint, service, serviceKey, servicePort, slice, sliceKey } from '../support/records.ts';

const unavailable = await nftUnavailable();
const numRuns = Number(process.env.PROPERTY_RUNS ?? 30);

/** By our own reading, and by that of nft. */
async function expectAgreement(tool: KernelNfTables, namespace: NftNamespace): Promise<void> {
  for (const family of families) {
    const wanted = inOrder(tool.table(family));
    expect(inOrder(await readLiveTable(tool.open(family)))).toEqual(wanted);
    expect(inOrder(await listedByNft(family, namespace))).toEqual(wanted);
  }
}

/**
 * What `render` prints of the table becomes, loaded by nft, what netlink has made. Our reading leaves out the slots: their number is
 * an integer to nft, and by netlink a mark, which every nft can list.
 */
async function expectSameByText(tool: FakeNfTables, namespace: NftNamespace): Promise<void> {
  await namespace.ask({ ask: 'nft', words: ['flush', 'ruleset'] });
  const loaded = new KernelNfTables(namespace);
  for (const family of families) {
    const wanted = tool.table(family);
    const input = [...formatTable(wanted, { family })].join('');
    expect(await namespace.ask({ ask: 'nft', words: ['-f', '-'], input })).toEqual({ lines: [''] });
    expect(inOrder(await listedByNft(family, namespace))).toEqual(inOrder(wanted));
    const read = await readLiveTable(loaded.open(family));
    expect(inOrder(withoutSlots(read))).toEqual(inOrder(withoutSlots(wanted)));
  }
}

async function listedByNft(family: Family, namespace: NftNamespace): Promise<Table> {
  const words = ['list', 'table', nftFamily(family), tableName];
  const answer = await namespace.ask({ ask: 'nft', words });
  return readTable('lines' in answer ? answer.lines.join('\n') : '');
}

function withoutSlots({ chains, sets, elements }: Table): Table {
  const others = <Value>(bySet: ReadonlyMap<SetName, Value>) =>
    new Map([...bySet].filter(([set]) => !isSlotMap(set)));
  return { chains, sets: others(sets), elements: others(elements) };
}

describe('the kernel', () => {
  let namespace: NftNamespace;
  let loadedByNft: NftNamespace;

  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));
  beforeAll(() => {
    if (unavailable !== undefined) return;
    namespace = nftNamespace();
    loadedByNft = nftNamespace();
  });
  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
    await loadedByNft?.[Symbol.asyncDispose]();
  });

  test('holds after any syncs, in the same words, what was written, by netlink as by nft', async () => {
    await fc.assert(
      fc.asyncProperty(anyContestedHistory, anyTableOptions, async (history, options) => {
        await namespace.ask({ ask: 'nft', words: ['flush', 'ruleset'] });
        const [last = [], ...earlier] = history.toReversed();
        const tool = new KernelNfTables(namespace);
        const played = proxy({ tool, options });
        await played.apply(earlier.flat());
        await expectAgreement(tool, namespace);
        await expectSameByText(tool, loadedByNft);
        await played.apply(last);
        await expectAgreement(tool, namespace);
        await played.tidyUp();
        await expectAgreement(tool, namespace);
        await expectQuietRestart(tool, [...earlier.flat(), ...last], options);
      }),
      { numRuns },
    );
  });

  test('is read alike by a restart: every protocol, with affinity and without', async () => {
    await using other = nftNamespace();
    const tool = new KernelNfTables(other);
    const objects = protocols.flatMap(everythingOf);
    await proxy({ tool }).apply(objects);
    await expectQuietRestart(tool, objects);
  });
});

async function expectQuietRestart(
  tool: KernelNfTables,
  objects: readonly Change[],
  options?: (family: Family) => Partial<NftablesOptions>,
): Promise<void> {
  const count = tool.commits.length;
  const restarted = proxy(options === undefined ? { tool } : { tool, options });
  await restarted.apply(objects);
  expect(tool.commits.slice(count)).toEqual([]);
}

/** A Service with affinity and one without, each with a node port, of this protocol. */
function everythingOf(protocol: Protocol, place: number): readonly Change[] {
  return [undefined, 600].flatMap((affinityTimeoutSeconds, at) => {
    const host = 2 * place + at + 1;
    const key = serviceKey(`default/s${host}`);
    const own = sliceKey(`default/s${host}-1`);
    const record = service({
      key,
      affinityTimeoutSeconds,
      clusterIPs: [address(`10.96.0.${host}`)],
      ports: [servicePort({ protocol, nodePort: 30_000 + host })],
    });
    const ports = [{ name: 'http', protocol, port: 8080 }];
    const endpoints = [endpoint('10.0.0.1', { nodeName: 'node-0' }), endpoint('10.0.0.2')];
    return [
      { kind: 'Service', key, record },
      { kind: 'EndpointSlice', key: own, record: slice(endpoints, { key: own, service: key, ports }) },
    ];
  });
}

/** A table's content in the order of its names. What a set of clients holds is the packets' own. */
function inOrder({ sets, chains, elements }: Table): unknown {
  return {
    sets: Object.fromEntries(sets),
    chains: Object.fromEntries(
      [...chains].map(([name, { hook, rules }]) => [name, { hook, rules: rules.map(withoutCounts) }]),
    ),
    elements: Object.fromEntries(
      [...elements]
        .filter(([set, own]) => own.size > 0 && !isClientSet(set))
        .map(([set, own]) => [set, Object.fromEntries(own)]),
    ),
  };
}
