import { hash } from 'node:crypto';
import type { OperatorEvent, Regarding } from './event-sink.ts';

/** How often and when an event occurred. */
export interface Occurrences {
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * An event as an object of `events.k8s.io/v1`.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
export function eventObject(event: OperatorEvent, name: string, node: string, occurrences: Occurrences) {
  const { type, reason, action, regarding, note } = event;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: eventNamespace(regarding) },
    eventTime: microTime(occurrences.firstAt),
    ...(occurrences.count > 1 ? seriesOf(occurrences) : {}),
    // Not kube-proxy's name: during a migration both run, and their events must be distinguishable.
    reportingController: 'portolan.dev/portolan',
    reportingInstance: node.slice(0, 128),
    action,
    reason,
    regarding,
    note: shorten(note),
    type,
  };
}

/** The JSON merge patch for further occurrences. */
export function seriesOf({ count, lastAt }: Occurrences) {
  return { series: { count, lastObservedTime: microTime(lastAt) } };
}

/** Events about cluster-scoped objects are in the namespace `default`. */
export function eventNamespace({ namespace }: Regarding): string {
  return namespace ?? 'default';
}

/**
 * The name of an event that every node reports: the same on all, so that the server accepts it once. Another problem of
 * the object, or of a recreated object, has another name.
 */
export function sharedName({ regarding, reason, note }: OperatorEvent): string {
  const { kind, namespace, name, uid } = regarding;
  return eventName(name, hash('sha256', JSON.stringify([kind, namespace, name, uid, reason, note])));
}

/** The name of an event of one node; `random` is a unique text of hexadecimal digits. */
export function ownName({ regarding }: OperatorEvent, random: string): string {
  return eventName(regarding.name, random);
}

const longestName = 253;
const digits = 16;

function eventName(object: string, distinction: string): string {
  const beginning = object.slice(0, longestName - digits - 1).replace(/[-.]+$/, '');
  return `${beginning}.${distinction.slice(0, digits)}`;
}

const longestNote = 1024;
const ellipsis = '…';

/** Cuts between characters, not within one. */
function shorten(note: string): string {
  const bytes = Buffer.from(note.toWellFormed());
  if (bytes.length <= longestNote) return bytes.toString();
  const room = longestNote - Buffer.byteLength(ellipsis);
  return new TextDecoder().decode(bytes.subarray(0, room), { stream: true }) + ellipsis;
}

/** RFC 3339 with microseconds, which the server requires. */
function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
