import type { StoredObject } from '../store/api-object.ts';
import type { ServedResource } from '../store/resources.ts';
import { columnsOf } from '../tables/columns.ts';
import { makeTable } from '../tables/make-table.ts';

/** How a client wants to see objects. */
export interface Presentation {
  one(object: StoredObject): unknown;
  list(items: readonly StoredObject[], metadata: Readonly<Record<string, unknown>>): unknown;
}

/** As they are; or as rows of a table, where the client asks for that and the server knows what stands in them. */
export function presentationFor(
  resource: ServedResource,
  accept: string,
  query: Readonly<Record<string, string>>,
): Presentation {
  const isTable = /(^|,)\s*application\/json;[^,]*\bas=Table\b/.test(accept);
  return isTable ? asTable(resource, query.includeObject ?? 'Metadata') : asObjects(resource);
}

function asObjects({ kind, apiVersion }: ServedResource): Presentation {
  return {
    one: (object) => object,
    list: (items, metadata) => ({
      kind: `${kind}List`,
      apiVersion,
      metadata,
      items: items.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item),
    }),
  };
}

function asTable({ kind }: ServedResource, includeObject: string): Presentation {
  const columns = columnsOf(kind);
  return {
    one: (object) =>
      makeTable(columns, [object], { resourceVersion: object.metadata.resourceVersion }, includeObject),
    list: (items, metadata) => makeTable(columns, items, metadata, includeObject),
  };
}
