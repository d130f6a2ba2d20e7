import isEqual from 'lodash/isEqual.js';
import type { SourceUpdate } from '../sources/source.ts';
import type { Problem } from '../state/problem.ts';
import type { NodeRecord } from '../state/records.ts';

/** The nodes that the source has told of. */
export class KnownNodes {
  readonly #nodes = new Map<string, NodeRecord>();
  #gaps: readonly Problem[] = [];

  get all(): readonly NodeRecord[] {
    return [...this.#nodes.values()];
  }

  /** Whether there may be nodes that nobody has told of. */
  get isComplete(): boolean {
    return this.#gaps.length === 0;
  }

  /** Returns whether anything is different: most updates of a Node are heartbeats. */
  take({ changes, gaps }: SourceUpdate): boolean {
    let isDifferent = gaps !== undefined && gaps.length === 0 && !this.isComplete;
    this.#gaps = gaps ?? this.#gaps;
    for (const change of changes) {
      if (change.kind !== 'Node' || isEqual(this.#nodes.get(change.key), change.record)) continue;
      if (change.record === undefined) this.#nodes.delete(change.key);
      else this.#nodes.set(change.key, change.record);
      isDifferent = true;
    }
    return isDifferent;
  }
}
