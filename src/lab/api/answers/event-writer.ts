import type { Connection } from '../connections/connection.ts';
import type { StoredObject } from '../store/api-object.ts';
import type { Status } from '../store/refusal.ts';
import type { ServedResource } from '../store/resources.ts';
import type { StoreChange } from '../store/versioned-objects.ts';
import type { ListRequest } from './answer-list.ts';
import type { Presentation } from './presentation.ts';
import type { Selector } from './selectors.ts';
import { viewer } from './view.ts';

/** Writes the events of a watch, one JSON object a line. */
export class EventWriter {
  readonly resource: ServedResource;
  readonly connection: Connection;
  readonly #selects: Selector;
  readonly #presentation: Presentation;
  readonly #view: (object: StoredObject) => StoredObject;
  readonly #told: (status: Status) => void;

  /** `told` is called when an ERROR event goes out. */
  constructor(
    { resource, options, presentation }: ListRequest,
    connection: Connection,
    told: (status: Status) => void,
  ) {
    this.resource = resource;
    this.connection = connection;
    this.#selects = options.selects;
    this.#presentation = presentation;
    this.#view = viewer(resource);
    this.#told = told;
  }

  /** Those that are selected, as additions. */
  all(objects: readonly StoredObject[]): void {
    for (const object of objects) if (this.#selects(object)) this.#writeObject('ADDED', object);
  }

  /** An object that leaves the selection is told as deleted, as it was before, with the version of the change. */
  change({ before, after, version }: StoreChange): void {
    const was = before !== undefined && this.#selects(before);
    if (after !== undefined && this.#selects(after)) this.#writeObject(was ? 'MODIFIED' : 'ADDED', after);
    else if (was) {
      const metadata = { ...before.metadata, resourceVersion: String(version) };
      this.#writeObject('DELETED', { ...before, metadata });
    }
  }

  bookmark(version: number): void {
    this.#bookmark({ resourceVersion: String(version) });
  }

  /** The bookmark that says that all objects were told (KEP-3157). */
  endInitialEvents(version: number): void {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    this.#bookmark({ resourceVersion: String(version), annotations });
  }

  /** The last event. */
  fail(status: Status): void {
    this.#told(status);
    this.#write('ERROR', status);
    this.connection.end();
  }

  #bookmark(metadata: Readonly<Record<string, unknown>>): void {
    const { kind, apiVersion, empty } = this.resource;
    this.#write('BOOKMARK', { kind, apiVersion, metadata, ...empty });
  }

  #writeObject(type: string, object: StoredObject): void {
    this.#write(type, this.#presentation.one(this.#view(object)));
  }

  #write(type: string, object: unknown): void {
    this.connection.write(`${JSON.stringify({ type, object })}\n`);
  }
}
