import { join } from 'node:path';
import { openSides, type SideOptions } from '../../../src/diff/sides/sides.ts';
import { openTraffic } from '../../../src/diff/traffic/open-traffic.ts';
import type { TrafficInput } from '../../../src/diff/traffic/traffic-sides.ts';
import type { Family } from '../../../src/net/family.ts';
import { fixturesPath } from '../golden/cases.ts';

export const diffFixtures = join(fixturesPath, 'diff');

export type Mode = 'iptables' | 'nftables';

/** Both sides of a comparison of `fixtures/diff/objects` with something else. */
export async function openFixture(
  mode: Mode,
  family: Family,
  changes: Partial<SideOptions>,
): Promise<TrafficInput> {
  const config = join(diffFixtures, mode === 'nftables' ? 'config.nftables.yaml' : 'config.yaml');
  const options = {
    flags: { config },
    source: join(diffFixtures, 'objects'),
    serviceProxyName: '',
    against: [],
    rules: [],
    set: [],
    withConfig: undefined,
    withSource: undefined,
    apply: [],
    family,
    ...changes,
  };
  const sides = await openSides(options);
  const rest = {
    nodeAddresses: [],
    traffic: true,
    output: 'text',
    variant: undefined,
    color: false,
  } as const;
  return await openTraffic(family, sides, { ...options, ...rest });
}
