import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { affectedByListings } from '../../../../src/diff/traffic/affected/by-listings.ts';
import { compareTraffic, type TrafficComparison } from '../../../../src/diff/traffic/compare-traffic.ts';
import { trafficJson } from '../../../../src/diff/traffic/report/traffic-json.ts';
import { frontendKey } from '../../../../src/diff/traffic/traffic-frontend.ts';
import type { TrafficInput } from '../../../../src/diff/traffic/traffic-sides.ts';
import { type Family, families } from '../../../../src/net/family.ts';
import type { ListingText } from '../../../../src/rules-text/split-listing.ts';
import { runMain } from '../../../support/cli/run-main.ts';
import { diffFixtures, type Mode, openFixture } from '../../../support/diff/sides.ts';

/** Frontends that are not walked because they are surely the same must be the same when they are walked. */

const manifests = (await readdir(join(diffFixtures, 'manifests')))
  .filter((name) => name !== 'new-without-address.yaml')
  .sort();
const pathOf = (manifest: string) => join(diffFixtures, 'manifests', manifest);

describe.each(['iptables', 'nftables'] as const)('in mode %s', (mode) => {
  let save: Readonly<Record<Family, string>>;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portolan-affected-'));
    save = { IPv4: join(folder, 'IPv4'), IPv6: join(folder, 'IPv6') };
    for (const family of families) await writeFile(save[family], await render(mode, family));
    return () => rm(folder, { recursive: true });
  });

  describe.each(families)('of %s', (family) => {
    test.each(manifests)('nothing is missed between objects: %s', async (name) => {
      await expectSound(await openFixture(mode, family, { apply: [pathOf(name)] }));
    });

    test.each(manifests)('nothing is missed between a listing and objects: %s', async (name) => {
      const apply = [pathOf(name)];
      await expectSound(await openFixture(mode, family, { apply, against: [save[family]] }));
    });

    test('most are not walked after a small change', async () => {
      const apply = [pathOf('endpoint-added.yaml')];
      for (const against of [[], [save[family]]]) {
        const { before, isSame } = await openFixture(mode, family, { apply, against });
        const walked = [...before.frontends.values()].filter((frontend) => !isSame(frontend));
        expect(new Set(walked.map(({ service }) => service)).size).toBeLessThanOrEqual(1);
      }
    });

    test('all are walked where the configuration changes what is for all', async () => {
      const { before, isSame } = await openFixture(mode, family, { set: ['clusterCIDR=192.0.2.0/24'] });
      const clusterIPs = [...before.frontends.values()].filter(({ kind }) => kind === 'ClusterIP');
      expect(clusterIPs.filter((frontend) => isSame(frontend)).map(frontendKey)).toEqual([]);
    });
  });
});

describe('all frontends may be affected', () => {
  const save = (text: string): readonly ListingText[] => [{ kind: 'iptables-save', text }];
  const own =
    '*nat\n:POSTROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -d 10.96.0.1/32 -j X\nCOMMIT\n';

  test.each([
    ['by a policy', own.replace('ACCEPT', 'DROP')],
    ['by a chain of another program', own.replace('COMMIT', ':CNI - [0:0]\n-A CNI -j ACCEPT\nCOMMIT')],
    ['by a rule for any destination', own.replace('COMMIT', '-A KUBE-SERVICES -j ACCEPT\nCOMMIT')],
    ['by a rule for all but one', own.replace('-d 10.96', '! -d 10.96')],
    ['by the place of a rule for any destination', own.replace('-A', '-A KUBE-SERVICES -j ACCEPT\n-A')],
  ])('%s', (_what, changed) => {
    expect(affectedByListings(save(own), save(own), 'IPv4')).toEqual({
      addresses: new Set(),
      ports: new Set(),
    });
    expect(affectedByListings(save(own), save(changed), 'IPv4')).toBe('all');
  });

  test('by a table of another program', () => {
    const table = (text: string): readonly ListingText[] => [...save(own), { kind: 'nft', text }];
    const some = 'table inet firewall {\n\tchain x {\n\t\tdrop\n\t}\n}';
    expect(affectedByListings(table(some), table(some), 'IPv4')).not.toBe('all');
    expect(affectedByListings(table(some), table(some.replace('drop', 'accept')), 'IPv4')).toBe('all');
  });
});

test('a frontend is affected by one that its endpoints are addresses of', () => {
  const text = (target: string): readonly ListingText[] => [
    {
      kind: 'iptables-save',
      text: `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SEP-A - [0:0]
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SERVICES -d 192.0.2.9/32 -p tcp --dport 80 -j ${target}
-A KUBE-SVC-A -j KUBE-SEP-A
-A KUBE-SEP-A -p tcp -j DNAT --to-destination 192.0.2.9:80
COMMIT
`,
    },
  ];
  const affected = affectedByListings(text('ACCEPT'), text('DROP'), 'IPv4');
  expect(affected).toEqual({ addresses: new Set(['192.0.2.9', '10.96.0.1']), ports: new Set() });
});

async function expectSound(input: TrafficInput): Promise<void> {
  const whole = compareTraffic({ ...input, isSame: () => false });
  expect(shown(compareTraffic(input))).toEqual(shown(whole));
}

function shown(comparison: TrafficComparison): unknown {
  return trafficJson({ before: '', after: '' }, [comparison]);
}

async function render(mode: Mode, family: Family): Promise<string> {
  const config = join(diffFixtures, mode === 'nftables' ? 'config.nftables.yaml' : 'config.yaml');
  const source = ['--source', join(diffFixtures, 'objects')];
  const { stdout } = await runMain(['render', ...source, '--config', config, '--family', family]);
  return stdout;
}
