import { type Kind, type Pod, shapes } from '../api/kinds/kinds.ts';
import type { StoredObject } from '../api/store/api-object.ts';
import type { Objects } from '../api/store/objects.ts';
import { servedResources } from '../api/store/resources.ts';
import { type Action, remove } from './action.ts';
import { controllerOf } from './owners.ts';

/** Removes what all owners of are gone, and at once the Pods of Nodes that are gone: no kubelet is left to end them. */
export function removeAbandoned(objects: Objects): readonly Action[] {
  const kinds = Object.values(servedResources).map(({ kind }) => kind);
  const all = kinds.flatMap((kind) => objects.list(kind));
  const uids = new Set(all.map(({ metadata }) => metadata.uid));
  const ownerless = all.filter(
    (object) => object.metadata.deletionTimestamp === undefined && isOwnerless(object, uids),
  );
  const stranded = objects
    .list('Pod')
    .filter(({ spec }) => spec.nodeName !== undefined && objects.get('Node', spec.nodeName) === undefined)
    .filter((pod) => controllerOf(pod) !== undefined || wasThere(pod));
  return [
    ...stranded.map((pod) => remove(pod, { gracePeriodSeconds: 0 })),
    ...ownerless.filter((object) => !stranded.some((pod) => pod === object)).map((object) => remove(object)),
  ];
}

/** One that nobody makes anew and that names its Node by itself waits for it: only what was there on the Node is gone with it. */
function wasThere({ status }: Pod): boolean {
  const isScheduled = status?.conditions?.some(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'True',
  );
  return (
    isScheduled === true || status?.startTime !== undefined || (status?.phase ?? 'Pending') !== 'Pending'
  );
}

/** Owners of kinds that the store does not have may be anywhere. */
function isOwnerless({ metadata }: StoredObject, uids: ReadonlySet<string>): boolean {
  const { ownerReferences = [] } = metadata;
  return (
    ownerReferences.length > 0 && ownerReferences.every(({ kind, uid }) => isKind(kind) && !uids.has(uid))
  );
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(shapes, kind);
}
