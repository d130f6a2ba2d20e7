import type { KernelTable } from './kernel-table.ts';
import type { SetName } from './names.ts';
import { type Data, emptyTable, type Key, type Table } from './table/table.ts';

/** The table that stands in the kernel, with its elements; an empty one where there is none. Throws a `ToolError`. */
export async function readLiveTable(table: KernelTable, signal?: AbortSignal): Promise<Table> {
  const elements = new Map<SetName, Map<Key, Data>>();
  const schema = await table.read({
    onElement({ set, key, data }) {
      const own = elements.get(set);
      if (own === undefined) elements.set(set, new Map([[key, data]]));
      else own.set(key, data);
    },
    signal,
  });
  return schema === undefined ? emptyTable : { ...schema, elements };
}
