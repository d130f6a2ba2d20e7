import type { OwnerReference, StoredObject } from '../api/store/api-object.ts';

/** As the metadata of what an object makes and keeps has it. */
export function controllerReference({ apiVersion, kind, metadata }: StoredObject): OwnerReference {
  return {
    apiVersion: String(apiVersion),
    kind: String(kind),
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The uid of the object that keeps it; `undefined` where none does. */
export function controllerOf({ metadata }: StoredObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

export function isKeptBy(object: StoredObject, owner: StoredObject): boolean {
  return controllerOf(object) === owner.metadata.uid;
}

/** The object, kept by this one from now on. */
export function withController<T extends StoredObject>(object: T, controller: StoredObject): T {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(controller)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
