/** What a client may do with a kind. */
export const objectVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** What a client may do with a part of an object. */
export const partVerbs = ['get', 'patch', 'update'] as const;

/** A path below that of an object. */
export interface Subresource {
  readonly name: string;
  readonly kind: string;
  /** That of the object where it is absent. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}
