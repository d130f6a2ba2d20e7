import type { Kind } from '../api/kinds/kinds.ts';
import type { ObjectStore } from '../api/store/object-store.ts';

/** Does something now, and after changes of objects of these kinds: once for those that come together. */
export function onChange(store: ObjectStore, kinds: readonly Kind[], work: () => void): void {
  let isDue = false;
  store.watch(({ kind }) => {
    if (isDue || !kinds.includes(kind)) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      work();
    });
  });
  work();
}
