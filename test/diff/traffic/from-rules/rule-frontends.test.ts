import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ruleFrontends } from '../../../../src/diff/traffic/from-rules/rule-frontends.ts';
import { byKey, type TrafficFrontend } from '../../../../src/diff/traffic/traffic-frontend.ts';
import { families } from '../../../../src/net/family.ts';
import { diffFixtures, openFixture } from '../../../support/diff/sides.ts';

/** Rules alone tell the same frontends as the objects that they are made of. */

const cases = ['policy-local', 'no-endpoints', 'node-port-added', 'source-ranges', 'affinity-off'];

describe.each(['iptables', 'nftables'] as const)('the rules of mode %s', (mode) => {
  describe.each(families)('of %s', (family) => {
    test.each(cases)(
      'have the frontends of their objects, with their ranges and affinity: %s',
      async (name) => {
        const apply = [join(diffFixtures, 'manifests', `${name}.yaml`)];
        const { after } = await openFixture(mode, family, { apply });
        const found = byKey(ruleFrontends(after.ruleset));
        expect(describeAll(found)).toEqual(describeAll(after.frontends));
      },
    );
  });

  test('name the Services', async () => {
    const apply = [join(diffFixtures, 'manifests', 'policy-local.yaml')];
    const { after } = await openFixture(mode, 'IPv4', { apply });
    const services = [...ruleFrontends(after.ruleset)].map(({ service }) => service);
    const named = [...after.frontends.values()].map(({ service }) => service);
    expect(new Set(services)).toEqual(new Set(named));
  });
});

/** Without what rules do not always say: the Service, the kind, and how long affinity lasts. */
function describeAll(frontends: ReadonlyMap<string, TrafficFrontend>): unknown {
  return [...frontends]
    .map(([key, { ranges, affinity }]) => [
      key,
      ranges.map(({ from, to }) => `${from}-${to}`).sort(),
      affinity().kind,
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
