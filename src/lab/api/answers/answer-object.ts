import type { ServerRequest } from '../connections/connection.ts';
import type { StoredObject } from '../store/api-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { notAllowed, Refusal } from '../store/refusal.ts';
import type { Target } from '../store/target.ts';
import { bodyFor } from './body-for.ts';
import { deleteAll, deletedStatus, deleteOne } from './delete-objects.ts';
import { presentationFor } from './presentation.ts';
import { getOne, patchOne } from './target-object.ts';
import { viewer } from './view.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Reads, creates, replaces, patches or deletes an object, or deletes all. Throws a `Refusal`. */
export function answerObject(store: ObjectStore, request: ServerRequest, target: Target): Answer {
  const { resource } = target;
  const presentation = presentationFor(resource, request.accept ?? '', request.query);
  const shown = (status: number, object: StoredObject) => ({
    status,
    body: presentation.one(viewer(resource)(object)),
  });
  const options = { dryRun: request.query.dryRun === 'All' };
  switch (`${request.method} ${target.name === undefined ? 'collection' : 'object'}`) {
    case 'GET object':
      return shown(200, getOne(store, target));
    case 'POST collection':
      return shown(201, store.create(bodyFor(target, request), options));
    case 'PUT object':
      return shown(200, store.update(bodyFor(target, request), options));
    case 'PATCH object': {
      const { object, isNew } = patchOne(store, target, request);
      return isNew ? shown(201, store.create(object, options)) : shown(200, store.update(object, options));
    }
    case 'DELETE object': {
      const { object, gone } = deleteOne(store, target, request);
      // A Pod is shown even where it went at once (registry/core/pod/strategy.go, ReturnDeletedObject).
      return gone && resource.kind !== 'Pod'
        ? { status: 200, body: deletedStatus(resource, object) }
        : shown(200, object);
    }
    case 'DELETE collection':
      return { status: 200, body: deleteAll(store, target, request) };
    default:
      throw new Refusal(notAllowed(resource, request.method));
  }
}
