import { nftablesSkeleton } from '../../../src/kernel/rule-files.ts';
import { type Family, families } from '../../../src/net/family.ts';
import { NftablesBackend } from '../../../src/nftables/backend.ts';
import type { NftablesOptions } from '../../../src/nftables/nftables-options.ts';
import { PlanBook } from '../../../src/plan/plan-book.ts';
import { ClusterState } from '../../../src/state/cluster-state.ts';
import type { Change } from '../../../src/state/records.ts';
import { FakeNfTables } from '../fake-nf-tables.ts';
import { address, cidr, context } from '../records.ts';
import { Syncer } from '../sync/syncer.ts';

const skeleton = nftablesSkeleton();

export function tableOptions(family: Family, overrides: Partial<NftablesOptions> = {}): NftablesOptions {
  const isIPv4 = family === 'IPv4';
  return {
    family,
    masqueradeBit: 14,
    masqueradeAll: false,
    localDetector: { by: 'cidr', cidr: cidr(isIPv4 ? '10.0.0.0/8' : 'fd00:10::/32') },
    nodePortAddresses: isIPv4 ? [address('192.168.50.10')] : [address('2001:db8:50::10')],
    serviceCIDRs: [cidr(isIPv4 ? '10.96.0.0/16' : 'fd00:96::/112')],
    ...overrides,
  };
}

/** The proxy from changes of objects to transactions, both families, above a kernel that may have a past. */
export function proxy({
  tool = new FakeNfTables(),
  clock = new FakeClock(),
  options = () => ({}),
}: {
  readonly tool?: FakeNfTables;
  readonly clock?: FakeClock;
  readonly options?: (family: Family) => Partial<NftablesOptions>;
} = {}) {
  const state = new ClusterState('node-0');
  const [ipv4, ipv6] = families.map(
    (family) =>
      new NftablesBackend(
        family,
        tool.open(family),
        skeleton,
        async () => tableOptions(family, options(family)),
        () => clock.now,
      ),
  );
  if (ipv4 === undefined || ipv6 === undefined) throw new Error('two families');
  const book = new PlanBook(state);
  const where = context({
    zone: 'a',
    nodeIPs: { IPv4: address('192.168.50.10'), IPv6: address('2001:db8:50::10') },
    holder: (claim) => state.holder(claim),
  });
  const syncer = new Syncer(book, () => where, [ipv4, ipv6]);
  return {
    tool,
    clock,
    state,
    book,
    syncer,
    backends: { IPv4: ipv4, IPv6: ipv6 },
    /** Applies the changes; a sync that fails or leaves a Service out is an outcome like others here. */
    tryApply(changes: readonly Change[]) {
      for (const change of changes) state.apply(change);
      return syncer.sync();
    },
    /** Applies the changes, all of them. */
    async apply(changes: readonly Change[]) {
      for (const outcome of await this.tryApply(changes)) {
        if (outcome.result === 'failed') throw outcome.error;
        const [problem] = outcome.refused;
        if (problem !== undefined) throw new Error(`${problem.object}: ${problem.reason}`);
      }
    },
    /** Waits until everything that packets may be on their way to can go, and removes it. */
    async tidyUp() {
      for (let pause = syncer.tidyDelay; pause !== undefined; pause = syncer.tidyDelay) {
        clock.now += pause;
        await syncer.tidy();
        if (syncer.needsFull) throw new Error('what was left over could not be removed');
      }
    },
  };
}

export type FakedProxy = ReturnType<typeof proxy>;

/** Milliseconds that pass only where a test says so. */
export class FakeClock {
  now = 0;
}
