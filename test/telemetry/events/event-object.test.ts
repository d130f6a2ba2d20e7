import { describe, expect, test } from 'vitest';
import { eventObject, ownName, sharedName } from '../../../src/telemetry/events/event-object.ts';
import { regardingNode, regardingOf } from '../../../src/telemetry/events/event-regarding.ts';
import { nodeEvent, serviceEvent } from '../../support/telemetry/event-examples.ts';

const at = Date.UTC(2026, 1, 3, 4, 5, 6, 78);
const once = { count: 1, firstAt: at, lastAt: at };

describe('the object of an event', () => {
  test('about a Service stands in its namespace, with all that events.k8s.io/v1 demands', () => {
    expect(eventObject(serviceEvent(), 'web.0123456789abcdef', 'node-1', once)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'web.0123456789abcdef', namespace: 'shop' },
      eventTime: '2026-02-03T04:05:06.078000Z',
      reportingController: 'portolan.dev/portolan',
      reportingInstance: 'node-1',
      action: 'ReadObject',
      reason: 'InvalidService',
      regarding: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' },
      note: 'spec.ports: must be a list',
      type: 'Warning',
    });
  });

  test('about a Node stands in default', () => {
    const object = eventObject(nodeEvent(), 'node-1.00', 'node-1', once);
    expect(object).toMatchObject({ metadata: { namespace: 'default' }, regarding: { name: 'node-1' } });
  });

  test('has a series where it happened more than once', () => {
    const twice = { count: 2, firstAt: at, lastAt: at + 1_500 };
    expect(eventObject(nodeEvent(), 'node-1.00', 'node-1', twice)).toMatchObject({
      eventTime: '2026-02-03T04:05:06.078000Z',
      series: { count: 2, lastObservedTime: '2026-02-03T04:05:07.578000Z' },
    });
  });

  test('has at most 128 characters of the name of the node', () => {
    const node = 'n'.repeat(200);
    expect(eventObject(nodeEvent(), 'x.00', node, once).reportingInstance).toHaveLength(128);
  });

  test('has a note of at most 1024 bytes, cut between two characters', () => {
    expect(
      Buffer.byteLength(eventObject(serviceEvent({ note: 'ü'.repeat(2_000) }), 'x', 'n', once).note),
    ).toBe(1023);
  });
});

describe('the name of an event', () => {
  test('is the same on every node for what stands in an object', () => {
    expect(sharedName(serviceEvent())).toBe(sharedName(serviceEvent()));
    expect(sharedName(serviceEvent())).toMatch(/^web\.[0-9a-f]{16}$/);
  });

  test.each([
    ['another problem', serviceEvent({ note: 'spec.ports[0].port: is missing' })],
    ['another reason', serviceEvent({ reason: 'AddressConflict' })],
    ['the Service made anew', serviceEvent({ regarding: { ...serviceEvent().regarding, uid: 'u2' } })],
    ['its namesake elsewhere', serviceEvent({ regarding: { ...serviceEvent().regarding, namespace: 'b' } })],
  ])('differs for %s', (_, other) => {
    expect(sharedName(other)).not.toBe(sharedName(serviceEvent()));
  });

  test('is one that the API server takes, however long that of the object is', () => {
    const regarding = regardingNode(`${'a'.repeat(235)}.b${'c'.repeat(16)}`);
    const name = ownName(nodeEvent({ regarding }), '0123456789abcdef');
    expect(regardingOf(`Node ${name}`)).toBeDefined();
    expect(name).toBe(`${'a'.repeat(235)}.0123456789abcdef`);
  });
});

describe('the object that a problem names', () => {
  test.each([
    ['Service shop/web', { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' }],
    [
      'EndpointSlice shop/web-1',
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'shop', name: 'web-1' },
    ],
    ['Node a.example', { apiVersion: 'v1', kind: 'Node', name: 'a.example' }],
    [
      'ServiceCIDR kubernetes',
      { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', name: 'kubernetes' },
    ],
  ])('%s is known', (text, expected) => {
    expect(regardingOf(text)).toEqual(expected);
  });

  test.each([
    'objects/a.yaml',
    'an object',
    'Service web',
    'Service Shop/web',
    'Service shop/"we b"',
    'Pod a/b',
  ])('%s is none', (text) => {
    expect(regardingOf(text)).toBeUndefined();
  });
});
