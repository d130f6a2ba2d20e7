import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NftNamespace, nftNamespace, nftUnavailable } from '../support/kernel/nft-namespace.ts';
import { objects, web } from '../support/nftables/changes.ts';
import { KernelTool } from '../support/nftables/kernel-tool.ts';
import { proxy } from '../support/nftables/proxy.ts';
import { address, serviceKey } from '../support/records.ts';

const unavailable = await nftUnavailable('command');
if (unavailable !== undefined) test('drift in the kernel', ({ skip }) => skip(unavailable));

const damages = [
  ['empties a chain', 'flush chain ip portolan KUBE-SERVICES'],
  [
    'puts another rule in the place of one',
    'flush chain ip portolan KUBE-DROP; add rule ip portolan KUBE-DROP accept',
  ],
  ['changes the policy of a chain', 'chain ip portolan filter-input { policy drop; }'],
] as const;

describe.skipIf(unavailable)(
  'in the kernel, whatever somebody does is seen and mended, however often',
  () => {
    test.each(damages)('when he %s', async (_, commands) => {
      await using namespace = nftNamespace('command');
      const played = proxy({ tool: new KernelTool(namespace) });
      await played.apply(web);
      expect(await played.syncer.inspect()).toEqual([]);
      await expectMended(played, namespace, commands);
    });

    test.each(damages)('with an nft that has other words for our rules, when he %s', async (_, commands) => {
      const folder = await mkdtemp(join(tmpdir(), 'portolan-words-'));
      try {
        await using namespace = nftNamespace('command', await otherWords(folder));
        const played = proxy({ tool: new KernelTool(namespace) });
        await played.apply(web);
        expect(await played.syncer.inspect()).toEqual(['IPv4', 'IPv6']);
        await played.syncer.sync();
        expect(await played.syncer.inspect()).toEqual([]);
        const key = serviceKey('default/other');
        await played.apply(objects({ key, clusterIPs: [address('10.96.0.11')] }, ['10.0.0.9']));
        expect(await played.syncer.inspect()).toEqual([]);
        await expectMended(played, namespace, commands);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);

async function expectMended(
  played: ReturnType<typeof proxy>,
  namespace: NftNamespace,
  commands: string,
): Promise<void> {
  const chains = async () => {
    const lines = await Array.fromAsync(played.tool.list(['table', 'ip', 'portolan']));
    return lines.map((line) => line.replace(/packets \d+ bytes \d+/, ''));
  };
  const intact = await chains();
  for (let times = 0; times < 4; times += 1) {
    expect(await namespace.ask({ ask: 'apply', commands })).toEqual({ value: 0 });
    expect(await played.syncer.inspect()).toEqual(['IPv4']);
    await played.syncer.sync();
    expect((await chains()).toSorted()).toEqual(intact.toSorted());
  }
  expect(await played.syncer.inspect()).toEqual([]);
}

/** A command in front of the agent, which puts an nft into its way that prints rules and hooks in other words. */
async function otherWords(folder: string): Promise<readonly string[]> {
  const script = `#!/bin/bash
set -o pipefail
PATH=\${PATH#*:}
nft "$@" | sed -e 's/meta l4proto/meta protocol-of-l4/' -e 's/priority [a-z0-9+ -]*;/&;/' -e 's/ drop\\b/ drop-it/'
`;
  await writeFile(join(folder, 'nft'), script);
  await chmod(join(folder, 'nft'), 0o755);
  return ['sh', '-c', `PATH=${folder}:$PATH exec "$@"`, 'sh'];
}
