/** An object as a client writes it. Nothing about it is checked but that it can be stored under a name. */
export type ApiObject = Readonly<Record<string, unknown>>;

/** An object as the server keeps it, its members in the order of the real server's answers. */
export interface StoredObject {
  readonly metadata: Metadata;
  readonly [member: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly generateName?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly [member: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Of several owners, the one that made it and keeps it. */
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export function isObject(value: unknown): value is ApiObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the server adds to an object. */
export interface Stamp {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Absent for kinds that count no generations. */
  readonly generation: number | undefined;
  readonly creationTimestamp: string;
  /** When this version was written, for the book of who set which field; `undefined` keeps none. */
  readonly bookedAt: string | undefined;
}

/** The object under its name, with what the server adds; what the client says of uid and times stays. */
export function stampObject(object: ApiObject, stamp: Stamp): StoredObject {
  const { kind, apiVersion, metadata, ...content } = object;
  const own = isObject(metadata) ? metadata : {};
  const stamped = {
    uid: stamp.uid,
    creationTimestamp: stamp.creationTimestamp,
    ...(stamp.generation === undefined ? {} : { generation: stamp.generation }),
    ...(stamp.bookedAt === undefined
      ? {}
      : { managedFields: [managedFields(apiVersion, own, content, stamp.bookedAt)] }),
    ...own,
    name: String(own.name),
    resourceVersion: stamp.resourceVersion,
  };
  return { kind, apiVersion, metadata: ordered(stamped, metadataMembers), ...content };
}

/** An object's name: `default/web`, or `node-1` for kinds without a namespace. */
export function keyOf({ metadata }: ApiObject, namespaced: boolean): string {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  if (typeof name !== 'string') throw new Error('an object needs metadata.name');
  return namespaced ? `${namespace ?? 'default'}/${name}` : name;
}

const metadataMembers = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const;

function ordered<T extends ApiObject>(members: T, order: readonly string[]): T {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => rank(a) - rank(b))) as T;
}

/** The server's book of who set which field; only its size and place are like the real one's. */
function managedFields(apiVersion: unknown, metadata: ApiObject, content: ApiObject, time: string) {
  const { labels } = metadata;
  const fieldsV1 = fieldTree({ ...content, ...(labels === undefined ? {} : { metadata: { labels } }) });
  return { manager: 'unknown', operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
}

function fieldTree(value: unknown): ApiObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [`f:${name}`, fieldTree(member)] as const),
  );
}
