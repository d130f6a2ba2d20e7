import type { ObjectChange } from '../state/object-kinds.ts';
import type { Problem } from '../state/problem.ts';
import type { Change } from '../state/records.ts';

/** What a source has to say at once: objects as they now are, and what it could not use. */
export interface SourceUpdate<C extends ObjectChange = Change> {
  readonly changes: readonly C[];
  readonly problems: readonly Problem[];
  /**
   * Why there may be objects that the source has not shown, as it now is; empty where all are known. Absent where nothing is
   * different in that. As long as there are gaps, rules that stand for unknown objects must stay.
   */
  readonly gaps?: readonly Problem[];
}

export type UpdateListener<C extends ObjectChange = Change> = (update: SourceUpdate<C>) => void;

/** Nothing can be read from the source. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** Where objects come from: files on disk, or a cluster. Who uses the objects says what is kept of them; a proxy's is the default. */
export interface Source<C extends ObjectChange = Change> {
  /**
   * Emits every object that exists now, in one or more updates, and what gaps there are, and then resolves.
   * Throws a `SourceError` only where nothing at all can be read (no such file, no permission). Resolves early, with
   * less than everything, when the signal aborts.
   */
  load(listener: UpdateListener<C>, signal?: AbortSignal): Promise<void>;

  /** Emits what changes after `load`, until the signal aborts; then resolves. */
  follow(listener: UpdateListener<C>, signal: AbortSignal): Promise<void>;
}
