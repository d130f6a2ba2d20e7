import fc from 'fast-check';
import type { Change } from '../../../src/state/records.ts';
import { anyContestedHistory } from '../contested-cluster.ts';
import { anyNode, anyServiceCIDR } from './any-node.ts';
import { anyService } from './any-service.ts';
import { anySlices } from './any-slices.ts';
import { anySettings, type Settings } from './settings.ts';
import { crossed, large, ordinary, type World } from './world.ts';

/** Changes that come together and are synced together, and the milliseconds that pass before the next ones. */
export interface Step {
  readonly changes: readonly Change[];
  readonly pause: number;
}

/** Plain data, so that a failure can be kept as a file. */
export interface History {
  readonly settings: Settings;
  readonly steps: readonly Step[];
}

/** Services of every kind. */
export const ordinaryHistory = historyOf(changesIn(ordinary));
/** Services that stand in each other's way: addresses and ports that several want, and that mean several things. */
export const contestedHistory = historyOf(
  fc.oneof(changesIn(crossed), changesIn(crossed), anyContestedHistory.map(withoutMaglev)),
);
/** Services with hundreds of endpoints. */
export const largeHistory = historyOf(changesIn(large));

/** Its thousand slots take their time; the other worlds have it now and then. */
function withoutMaglev(batches: readonly (readonly Change[])[]): readonly (readonly Change[])[] {
  return batches.map((changes) =>
    changes.map((change) =>
      change.kind === 'Service' && change.record?.balance === 'maglev'
        ? { ...change, record: { ...change.record, balance: 'source-hash' } }
        : change,
    ),
  );
}

function historyOf(batches: fc.Arbitrary<readonly (readonly Change[])[]>): fc.Arbitrary<History> {
  return fc
    .record({
      settings: anySettings,
      batches,
      pauses: fc.array(fc.constantFrom(0, 500, 2_000), { maxLength: 10 }),
    })
    .map(({ settings, batches, pauses }) => ({
      settings,
      steps: batches.map((changes, at) => ({ changes, pause: pauses[at] ?? 0 })),
    }));
}

function changesIn(world: World): fc.Arbitrary<readonly (readonly Change[])[]> {
  const change = fc.oneof(
    { weight: 12, arbitrary: serviceChanges(world) },
    { weight: 1, arbitrary: anyNode },
    { weight: 1, arbitrary: anyServiceCIDR },
  );
  const batch = fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => changes.flat());
  return fc.array(batch, { minLength: 1, maxLength: world.mostSteps });
}

/** Slices of a Service, most often, or itself, or both. */
function serviceChanges(world: World): fc.Arbitrary<readonly Change[]> {
  return fc
    .record({
      name: fc.constantFrom(...world.names),
      first: anySlices(world),
      service: fc.option(anyService(world), { freq: 2 }),
      second: fc.option(anySlices(world), { freq: 1 }),
    })
    .map(({ name, first, service, second }) =>
      [service, first, second].flatMap((make) => make?.(name) ?? []),
    );
}
