import { answerJson, type Connection, type ServerRequest } from '../connections/connection.ts';
import { type ApiObject, isObject, type StoredObject, stampObject } from '../store/api-object.ts';
import { now } from '../store/object-store.ts';
import { badRequest, failure, Refusal } from '../store/refusal.ts';

/** The events (events.k8s.io/v1) that clients wrote, under `namespace/name`. */
export class EventStore {
  readonly #events = new Map<string, StoredObject>();
  readonly #nextVersion: () => string;

  constructor(nextVersion: () => string) {
    this.#nextVersion = nextVersion;
  }

  get all(): readonly StoredObject[] {
    return [...this.#events.values()];
  }

  /** Creates, replaces or patches one. Throws a `Refusal`. */
  answer({ method, path, body }: ServerRequest, connection: Connection): void {
    const [, namespace = '', name] = eventPath.exec(path) ?? [];
    if (!isObject(body)) throw new Refusal(badRequest('the object provided is unrecognized'));
    if (method === 'POST' && name === undefined) answerJson(connection, 201, this.#create(namespace, body));
    else if (method === 'PUT' && name !== undefined)
      answerJson(connection, 200, this.#write(namespace, name, body));
    else if (method === 'PATCH' && name !== undefined)
      answerJson(connection, 200, this.#write(namespace, name, mergePatch(this.#get(namespace, name), body)));
    else throw new Refusal(failure(405, 'MethodNotAllowed', `${method} is not supported`));
  }

  #create(namespace: string, event: ApiObject): StoredObject {
    const name = isObject(event.metadata) ? event.metadata.name : undefined;
    if (typeof name !== 'string') throw new Refusal(badRequest('name or generateName is required'));
    if (event.kind !== 'Event' || event.apiVersion !== 'events.k8s.io/v1')
      throw new Refusal(badRequest('the object provided is unrecognized (must be of type Event)'));
    if (this.#events.has(`${namespace}/${name}`))
      throw new Refusal(failure(409, 'AlreadyExists', `events.events.k8s.io "${name}" already exists`));
    return this.#write(namespace, name, event);
  }

  #get(namespace: string, name: string): StoredObject {
    const event = this.#events.get(`${namespace}/${name}`);
    if (event !== undefined) return event;
    const details = { name, group: 'events.k8s.io', kind: 'events' };
    throw new Refusal(failure(404, 'NotFound', `events.events.k8s.io "${name}" not found`, details));
  }

  #write(namespace: string, name: string, event: ApiObject): StoredObject {
    const metadata = isObject(event.metadata) ? event.metadata : {};
    if ((metadata.namespace ?? namespace) !== namespace)
      throw new Refusal(badRequest('the namespace of the provided object does not match the request'));
    const stored = stampObject(
      { ...event, metadata: { ...metadata, name, namespace } },
      {
        uid: `event-${this.#events.size}`,
        resourceVersion: this.#nextVersion(),
        generation: undefined,
        creationTimestamp: now(),
        time: now(),
      },
    );
    this.#events.set(`${namespace}/${name}`, stored);
    return stored;
  }
}

const eventPath = /^\/apis\/events\.k8s\.io\/v1\/namespaces\/([^/]+)\/events(?:\/([^/]+))?$/;

export function isEventPath(path: string): boolean {
  return eventPath.test(path);
}

/** RFC 7396. */
function mergePatch(target: unknown, patch: ApiObject): ApiObject {
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = isObject(value) ? mergePatch(merged[name], value) : value;
  }
  return merged;
}
