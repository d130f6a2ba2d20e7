import { describe, expect, test } from 'vitest';
import { type NftNamespace, nftNamespace, nftUnavailable } from '../support/kernel/nft-namespace.ts';
import { web } from '../support/nftables/changes.ts';
import { KernelNfTables } from '../support/nftables/kernel-nf-tables.ts';
import { proxy } from '../support/nftables/proxy.ts';

const unavailable = await nftUnavailable();
if (unavailable !== undefined) test('drift in the kernel', ({ skip }) => skip(unavailable));

const damages = [
  ['empties a chain', 'flush chain ip portolan KUBE-SERVICES'],
  [
    'puts another rule in the place of one',
    'flush chain ip portolan KUBE-DROP; add rule ip portolan KUBE-DROP accept',
  ],
  ['puts the table to sleep', 'add table ip portolan { flags dormant; }'],
  ['changes the policy of a chain', 'chain ip portolan filter-input { policy drop; }'],
] as const;

describe.skipIf(unavailable)(
  'in the kernel, whatever somebody does is seen and mended, however often',
  () => {
    test.each(damages)('when he %s', async (_, commands) => {
      await using namespace = nftNamespace();
      const played = proxy({ tool: new KernelNfTables(namespace) });
      await played.apply(web);
      expect(await played.syncer.inspect()).toEqual([]);
      await expectMended(played, namespace, commands);
    });
  },
);

async function expectMended(
  played: ReturnType<typeof proxy>,
  namespace: NftNamespace,
  commands: string,
): Promise<void> {
  const chains = async () => {
    const answer = await namespace.ask({
      ask: 'nft',
      words: ['--stateless', 'list', 'table', 'ip', 'portolan'],
    });
    return 'lines' in answer ? answer.lines : [];
  };
  const intact = await chains();
  for (let times = 0; times < 4; times += 1) {
    await namespace.ask({ ask: 'nft', words: [commands] });
    expect(await played.syncer.inspect()).toEqual(['IPv4']);
    await played.syncer.sync();
    expect((await chains()).toSorted()).toEqual(intact.toSorted());
  }
  expect(await played.syncer.inspect()).toEqual([]);
}
