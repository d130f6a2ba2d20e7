import { type Fields, isFields } from '../../state/read-fields.ts';
import { shown } from '../../state/shown.ts';
import { failureOfStatus } from './api-failure.ts';
import { type Asked, checkObject, unexpected } from './check-answer.ts';

/** One event of a watch. */
export type WatchEvent =
  | { readonly type: 'present' | 'gone'; readonly object: Fields }
  /** Nothing older than this version will come. */
  | { readonly type: 'bookmark'; readonly object: Fields; readonly endsInitialEvents: boolean }
  /** Of a type that this version does not know. */
  | { readonly type: 'other'; readonly name: string };

/**
 * Reads a line of a watch. Throws an `ApiFailure`: of the kind that an ERROR event tells, or `unavailable` where the line
 * is no event, or one of another kind of object.
 */
export function parseWatchEvent(line: string, asked: Asked): WatchEvent {
  const event = parse(line);
  if (!isFields(event) || typeof event.type !== 'string' || !isFields(event.object))
    throw unexpected(asked, `must send events, one a line, got ${shown(line)}`);
  const { type, object } = event;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      checkObject(object, asked);
      return { type: 'present', object };
    case 'DELETED':
      checkObject(object, asked);
      return { type: 'gone', object };
    case 'BOOKMARK':
      checkObject(object, asked);
      return { type: 'bookmark', object, endsInitialEvents: endsInitialEvents(object) };
    case 'ERROR':
      throw failureOfStatus(object);
    default:
      return { type: 'other', name: type };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** KEP-3157. */
function endsInitialEvents({ metadata }: Fields): boolean {
  const annotations = isFields(metadata) && isFields(metadata.annotations) ? metadata.annotations : {};
  return annotations['k8s.io/initial-events-end'] === 'true';
}

/** Cuts the text of a watch into lines while it arrives: each is an event. */
export class Lines {
  #rest = '';

  /** The lines that this chunk completes, empty ones left out. */
  push(chunk: string): readonly string[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line.trim() !== '');
  }

  /** Whether the text ends in the middle of a line. */
  get isBroken(): boolean {
    return this.#rest.trim() !== '';
  }
}
