import type { ObjectStore } from '../api/store/object-store.ts';

/** Resolves when the store's objects are so; looked at after every change. */
export async function untilStore(store: ObjectStore, holds: () => boolean): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const unwatch = store.watch(() => {
      if (!holds()) return;
      unwatch();
      resolve();
    });
  });
}
