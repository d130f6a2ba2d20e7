import { beforeEach, describe, expect, test } from 'vitest';
import { nftablesSkeleton } from '../../../../src/kernel/rule-files.ts';
import type { Family } from '../../../../src/net/family.ts';
import { skeletonTable } from '../../../../src/nftables/table/skeleton-table.ts';
import type { Step, Transaction } from '../../../../src/nftables/table/table-transaction.ts';
import type { AskedCounter } from '../../../support/kernel/nft-messages.ts';
import { type NftNamespace, nftNamespace, nftUnavailable } from '../../../support/kernel/nft-namespace.ts';
import { tableOptions } from '../../../support/nftables/proxy.ts';
import { shared } from '../../../support/shared.ts';

const unavailable = await nftUnavailable();

/** The table with its maps and sets, and a chain to lead to. */
function table(family: Family): Transaction {
  return [
    { kind: 'add-table' },
    ...[...skeletonTable(nftablesSkeleton(), tableOptions(family)).sets.values()].map(
      (set): Step => ({ kind: 'add-set', set }),
    ),
    { kind: 'add-chain', chain: { name: 'web' as never, hook: undefined } },
  ];
}

describe('counters by netlink', () => {
  const borrow = shared(nftNamespace, ({ ask }) => ask({ ask: 'nft', words: ['flush', 'ruleset'] }));
  let namespace: NftNamespace;

  beforeEach(async ({ skip }) => {
    skip(unavailable !== undefined, unavailable);
    namespace = await borrow();
  });

  const nft = (words: string) => namespace.ask({ ask: 'nft', words: words.split(' ') });
  const counters = (family: Family, ...of: readonly AskedCounter[]) =>
    namespace.ask({ ask: 'counters', family, of });

  /** A Service with as many slots as there are endpoints. */
  async function program(family: Family, clusterIP: string, endpoints: readonly string[]): Promise<void> {
    await namespace.ask({ ask: 'apply', family, transaction: table(family) });
    const title = `${family === 'IPv4' ? 'ip' : 'ip6'} portolan`;
    await nft(
      `add element ${title} services { ${clusterIP} . tcp . 80 counter packets 7 bytes 420 comment "shop/web" : goto web }`,
    );
    for (const [slot, endpoint] of endpoints.entries())
      await nft(
        `add element ${title} service-endpoints-tcp { ${clusterIP} . 80 . ${slot} counter packets ${slot + 1} bytes 60 : ${endpoint} . 8080 }`,
      );
  }

  test.each([
    { family: 'IPv4', clusterIP: '10.96.0.10', endpoints: ['10.244.0.1', '10.244.0.2'] },
    { family: 'IPv6', clusterIP: 'fd00:10:96::a', endpoints: ['fd00:10:244::1', 'fd00:10:244::2'] },
  ] as const)(
    'are those of elements, slots and chains: $family',
    async ({ family, clusterIP, endpoints }) => {
      await program(family, clusterIP, endpoints);
      const answer = await counters(
        family,
        { of: 'element', set: 'services', key: `${clusterIP} . tcp . 80` },
        { of: 'element', set: 'services', key: `${clusterIP} . udp . 80` },
        { of: 'element', set: 'no-endpoint-node-ports', key: 'sctp . 30080' },
        { of: 'slots', set: 'service-endpoints-tcp', key: `${clusterIP} . 80`, size: 1 },
        { of: 'slots', set: 'node-port-endpoints-udp', key: '30080', size: 1 },
      );
      expect(answer).toEqual({
        lines: [
          `${clusterIP} . tcp . 80: 7`,
          `${clusterIP} . udp . 80: none`,
          'sctp . 30080: none',
          `${clusterIP} . 80 . 0: 1 to ${endpoints[0]} . 8080`,
          `${clusterIP} . 80 . 1: 2 to ${endpoints[1]} . 8080`,
          '30080 . 0: none',
          '30080 . 1: none',
          `${clusterIP} . 80 . 2: none`,
        ],
      });
    },
  );

  test('of a chain are those of its first rule that counts', async () => {
    await program('IPv4', '10.96.0.10', []);
    for (const rule of ['ct state new', 'counter packets 9 bytes 540 accept', 'counter packets 1 bytes 60'])
      await nft(`add rule ip portolan web ${rule}`);
    const answer = await counters('IPv4', { of: 'chain', chain: 'web' }, { of: 'chain', chain: 'absent' });
    expect(answer).toEqual({ lines: ['web: 9', 'absent: none'] });
  });

  test('of a map that somebody has made in another form are none', async () => {
    await nft('add table ip portolan');
    await nft('add map ip portolan services { type ipv4_addr : verdict ; counter ; }');
    await nft('add element ip portolan services { 10.96.0.10 : accept }');
    const answer = await counters('IPv4', { of: 'element', set: 'services', key: '10.96.0.10 . tcp . 80' });
    expect(answer).toEqual({ lines: ['10.96.0.10 . tcp . 80: none'] });
  });

  test('are none where there is no table', async () => {
    await nft('add table ip6 portolan');
    const answer = await counters('IPv4', { of: 'element', set: 'services', key: '10.96.0.10 . tcp . 80' });
    expect(answer).toEqual({ lines: [] });
  });

  test('cannot be read where this process has no capability', async () => {
    await using powerless = nftNamespace(['setpriv', '--bounding-set=-all', '--inh-caps=-all']);
    expect(await powerless.ask({ ask: 'counters', family: 'IPv4', of: [] })).toEqual({
      failure: 'permission',
      message: expect.stringContaining('CAP_NET_ADMIN'),
    });
  });
});
