import type { OperatorEvent } from '../../../src/telemetry/events/event-sink.ts';

/** Events for tests: each takes only what a case is about. */

export function serviceEvent(overrides: Partial<OperatorEvent> = {}, name = 'web'): OperatorEvent {
  return {
    type: 'Warning',
    reason: 'InvalidService',
    action: 'ReadObject',
    regarding: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name },
    note: 'spec.ports: must be a list',
    seenBy: 'every node',
    ...overrides,
  };
}

export function nodeEvent(overrides: Partial<OperatorEvent> = {}): OperatorEvent {
  return {
    type: 'Warning',
    reason: 'RulesChanged',
    action: 'MendRules',
    regarding: { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'node-1' },
    note: 'Somebody changed the IPv4 rules; they are mended',
    seenBy: 'this node',
    ...overrides,
  };
}
