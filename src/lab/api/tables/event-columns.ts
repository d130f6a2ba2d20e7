import { isObject, type StoredObject } from '../store/api-object.ts';
import { ageSince } from './age.ts';
import { text } from './cells.ts';
import type { Column } from './make-table.ts';

/** Of an event in either of its versions. */
export const eventColumns: readonly Column[] = [
  text('Last Seen', (event) => ageSince(lastSeen(event))),
  text('Type', ({ type }) => String(type ?? '')),
  text('Reason', ({ reason }) => String(reason ?? '')),
  text('Object', ({ involvedObject, regarding }) => {
    const { kind = '', name = '' } = objectOf(involvedObject ?? regarding);
    return `${String(kind).toLowerCase()}/${name}`;
  }),
  text('Message', ({ message, note }) => String(message ?? note ?? '').trim()),
];

function lastSeen(event: StoredObject): string {
  const times = [event.lastTimestamp, objectOf(event.series).lastObservedTime, event.eventTime];
  return String(times.find((time) => typeof time === 'string') ?? event.metadata.creationTimestamp);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
