import type { Problem } from '../state/problem.ts';
import type { Change } from '../state/records.ts';

/** What a source has to say at once: objects as they now are, and what it could not use. */
export interface SourceUpdate {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

export type UpdateListener = (update: SourceUpdate) => void;

/** Where objects come from: files on disk, or a cluster. */
export interface Source {
  /**
   * Emits every object that exists now, in one or more updates, and then resolves.
   * Throws only where nothing at all can be read (no such file, no permission).
   */
  load(listener: UpdateListener): Promise<void>;

  /** Emits what changes after `load`, until the signal aborts; then resolves. */
  follow(listener: UpdateListener, signal: AbortSignal): Promise<void>;
}
