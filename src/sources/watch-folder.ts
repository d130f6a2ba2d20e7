import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Tells that something happened in a folder; what, must be looked up. */
export interface FolderEvents {
  /** Resolves at the next event, at once if one came since the last call, or after so many milliseconds. */
  next(atMost: number): Promise<void>;
  close(): void;
}

/**
 * Watches the entries of a folder: writing, renaming, and the exchange of the symbolic links by which
 * ConfigMaps are updated all show there. Where the folder cannot be watched, only the time limit of `next` is left.
 */
export function watchFolder(folder: string): FolderEvents {
  let pending = false;
  let notify: (() => void) | undefined;
  const closing = new AbortController();
  const happened = () => {
    pending = true;
    notify?.();
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, happened).on('error', () => watcher?.close());
  } catch {
    watcher = undefined;
  }
  return {
    async next(atMost) {
      if (!pending && !closing.signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        notify = resolve;
        const limit = new AbortController();
        const elapsed = delay(atMost, undefined, { signal: AbortSignal.any([limit.signal, closing.signal]) });
        await Promise.race([promise, elapsed.catch(() => undefined)]);
        limit.abort();
        notify = undefined;
      }
      pending = false;
    },
    close() {
      watcher?.close();
      closing.abort();
    },
  };
}
