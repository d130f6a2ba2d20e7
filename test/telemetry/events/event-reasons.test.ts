import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/state/problem.ts';
import type { SyncOutcome } from '../../../src/sync/sync-event.ts';
import type { OperatorEvent } from '../../../src/telemetry/events/event-sink.ts';
import { OperatorEvents } from '../../../src/telemetry/events/operator-events.ts';
import { serviceKey } from '../../support/records.ts';

function collected() {
  const reported: OperatorEvent[] = [];
  const events = new OperatorEvents({ report: (event) => reported.push(event) }, 'node-1');
  events.loaded((service) => (service === 'shop/web' ? 'uid-of-web' : undefined));
  return { events, reported };
}

const about = { scope: 'full', changed: 1, services: [], milliseconds: 1 } as const;
const done = (family: 'IPv4' | 'IPv6', refused: readonly Problem[] = []): SyncOutcome => ({
  ...about,
  family,
  result: 'done',
  refused,
  kept: 0,
});
const failed = (family: 'IPv4' | 'IPv6', message: string): SyncOutcome => ({
  ...about,
  family,
  result: 'failed',
  error: new Error(message),
});

const synced = (outcome: SyncOutcome) => ({ family: outcome.family, kind: 'synced', outcome }) as const;

describe('an event about objects', () => {
  test('tells all problems of one, in the same words whatever their order; files have none', () => {
    const problems = [
      { object: 'Service shop/web', field: 'spec.ports', reason: 'must be a list', origin: 'a.yaml:3' },
      { object: 'a.yaml', reason: 'cannot be read' },
      { object: 'Service shop/web', field: 'spec.clusterIPs[0]', reason: 'must be an address' },
    ];
    const one = collected();
    one.events.invalid(problems);
    expect(one.reported).toEqual([
      {
        type: 'Warning',
        reason: 'InvalidService',
        action: 'ReadObject',
        regarding: {
          apiVersion: 'v1',
          kind: 'Service',
          namespace: 'shop',
          name: 'web',
          uid: 'uid-of-web',
        },
        note: 'spec.clusterIPs[0]: must be an address; spec.ports: must be a list',
        seenBy: 'every node',
      },
    ]);
    const other = collected();
    other.events.invalid(problems.toReversed());
    expect(other.reported).toEqual(one.reported);
  });

  test('has a reason for each trouble', () => {
    const { events, reported } = collected();
    const problem = (object: string) => [{ object, reason: 'is bad' }];
    events.invalid([
      ...problem('EndpointSlice shop/web-1'),
      ...problem('Node node-1'),
      ...problem('ServiceCIDR a'),
    ]);
    events.clashes(problem('Service shop/web'));
    events.withoutEffect(problem('Service shop/web'));
    events.hear(synced(done('IPv4', problem('Service shop/web'))));
    events.cannotServeHealthCheck(serviceKey('shop/web'), 30_123, new Error('EADDRINUSE'));
    expect(reported.map(({ reason }) => reason)).toEqual([
      'InvalidEndpointSlice',
      'InvalidNode',
      'InvalidServiceCIDR',
      'AddressConflict',
      'UnsupportedByMode',
      'Starting',
      'RefusedByKernel',
      'FailedToStartServiceHealthcheck',
    ]);
    expect(reported.at(-1)).toMatchObject({
      note: 'Node node-1 cannot answer health checks on port 30123: EADDRINUSE',
      seenBy: 'this node',
    });
  });
});

describe('an event about the node', () => {
  test('says that the proxy starts, that rules were changed, and that a server cannot listen', () => {
    const { events, reported } = collected();
    for (const family of ['IPv4', 'IPv6'] as const) events.hear(synced(done(family)));
    events.hear({ family: 'IPv6', kind: 'damaged' });
    events.cannotServe('health', new Error('EADDRINUSE'));
    events.cannotServe('metrics', new Error('EADDRINUSE'));
    expect(reported.map(({ type, reason, note }) => [type, reason, note])).toEqual([
      ['Normal', 'Starting', 'Portolan programs the Services on this node'],
      ['Warning', 'RulesChanged', 'Somebody changed the IPv6 rules; they are mended'],
      ['Warning', 'FailedToStartProxierHealthcheck', 'health cannot be served: EADDRINUSE'],
      ['Warning', 'FailedToStartMetricServer', 'metrics cannot be served: EADDRINUSE'],
    ]);
    for (const { regarding } of reported) {
      expect(regarding).toEqual({ apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'node-1' });
    }
  });

  test('tells of syncs of a family that fail three times in a row, and each time after that', () => {
    const { events, reported } = collected();
    const play = (outcome: SyncOutcome) => {
      reported.length = 0;
      events.hear(synced(outcome));
      return reported.map(({ reason, note }) => `${reason}: ${note}`);
    };
    play(done('IPv6'));
    expect(play(failed('IPv4', 'a'))).toEqual([]);
    expect(play(failed('IPv6', 'b'))).toEqual([]);
    expect(play(failed('IPv4', 'c'))).toEqual([]);
    expect(play(failed('IPv4', 'd'))).toEqual(['FailedSync: The rules cannot be programmed: IPv4: d']);
    expect(play(done('IPv6'))).toEqual([]);
    expect(play(failed('IPv4', 'e'))).toEqual(['FailedSync: The rules cannot be programmed: IPv4: e']);
    expect(play(done('IPv4'))).toEqual([]);
    expect(play(failed('IPv4', 'f'))).toEqual([]);
  });
});
