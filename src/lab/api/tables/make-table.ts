import type { StoredObject } from '../store/api-object.ts';

/** A column of what `kubectl get` prints. */
export interface Column<T extends StoredObject = StoredObject> {
  readonly name: string;
  readonly type: 'string' | 'integer';
  readonly format?: 'name';
  /** 0 where it is always shown, 1 for `-o wide`. */
  readonly priority: 0 | 1;
  readonly cell: (object: T) => string | number;
}

/** A Table (meta.k8s.io/v1): a row for each object, and of the object what the client asked for. */
export function makeTable(
  columns: readonly Column[],
  objects: readonly StoredObject[],
  metadata: Readonly<Record<string, unknown>>,
  includeObject: string,
): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format = '', priority }) => ({
      name,
      type,
      format,
      description: '',
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object)),
      ...rowObject(object, includeObject),
    })),
  };
}

function rowObject(object: StoredObject, includeObject: string): { readonly object?: unknown } {
  if (includeObject === 'None') return {};
  if (includeObject === 'Object') return { object };
  const { metadata } = object;
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata } };
}
