import { describe, expect, test } from 'vitest';
import { ChangingCluster } from '../../../bench/nftables/events.ts';
import { endpointAddresses } from '../../../bench/objects.ts';
import { randomChange } from '../../../bench/sustained/mix.ts';
import type { Change } from '../../../src/state/records.ts';

const size = { services: 5, endpoints: 4 };

describe('a cluster that changes', () => {
  test('replaces one endpoint and keeps the others', () => {
    const [first, , third, fourth] = endpointAddresses(2, 4);
    const after = addressesIn(new ChangingCluster(size).replaceEndpoint(2, 1));
    expect(after).toEqual([first, expect.stringMatching(/^10\.192\./), third, fourth]);
  });

  test('removes an endpoint, and adds one with another address', () => {
    const cluster = new ChangingCluster(size);
    const [, second, third, fourth] = endpointAddresses(0, 4);
    expect(addressesIn(cluster.removeEndpoint(0, 0))).toEqual([second, third, fourth]);
    expect(addressesIn(cluster.addEndpoint(0))).toEqual([second, third, fourth, '10.192.0.0']);
  });

  test('adds Services with endpoints, none of which another one has', () => {
    const cluster = new ChangingCluster(size);
    const changes = [...cluster.addService(), ...cluster.addService()];
    const services = changes.filter(({ kind }) => kind === 'Service');
    expect(services.map(({ key }) => key)).toEqual(['bench/svc-5', 'bench/svc-6']);
    const others = [0, 1, 2, 3, 4].flatMap((index) => endpointAddresses(index, 4));
    expect(new Set([...others, ...addressesIn(changes)]).size).toBe(7 * 4);
  });
});

describe('random changes', () => {
  test('replace, remove and add endpoints, and keep each Service near the number that it had at first', () => {
    const cluster = new ChangingCluster(size);
    const random = numbers();
    const steps = new Set<number>();
    for (let round = 0; round < 2_000; round++) {
      const before = counts(cluster);
      randomChange(cluster, size.endpoints, random);
      const after = counts(cluster);
      steps.add(sum(after) - sum(before));
      expect(Math.min(...after)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...after)).toBeLessThanOrEqual(4);
    }
    expect([...steps].sort()).toEqual([-1, 0, 1]);
  });

  test('take the only endpoint away and give another', () => {
    const cluster = new ChangingCluster({ services: 1, endpoints: 1 });
    const random = numbers();
    const seen = new Set<number>();
    for (let round = 0; round < 100; round++) {
      seen.add(addressesIn(randomChange(cluster, 1, random)).length);
    }
    expect([...seen].sort()).toEqual([0, 1]);
  });
});

/** Numbers that look random and are the same each time (a linear congruential generator, Numerical Recipes). */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function counts(cluster: ChangingCluster): readonly number[] {
  return Array.from({ length: cluster.services }, (_, index) => cluster.endpointsOf(index));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function addressesIn(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) =>
    change.kind === 'EndpointSlice' ? (change.record?.endpoints ?? []).map(({ address }) => address) : [],
  );
}
