import type { Source, SourceUpdate } from '../../../src/sources/source.ts';
import { formatProblem } from '../../../src/state/problem.ts';
import type { Change } from '../../../src/state/records.ts';

/** Objects by `kind key`, as one who listens to a source knows them. */
export class Collected {
  readonly objects = new Map<string, Change>();
  readonly problems: string[] = [];
  /** As they were told last. */
  gaps: string[] = [];
  /** Every change, in order: `+` and `-` tell how it went. */
  readonly history: string[] = [];
  #changed = Promise.withResolvers<void>();

  readonly listener = ({ changes, problems, gaps }: SourceUpdate): void => {
    for (const change of changes) {
      const id = `${change.kind} ${change.key}`;
      this.history.push(`${change.record === undefined ? '-' : '+'} ${id}`);
      if (change.record === undefined) this.objects.delete(id);
      else this.objects.set(id, change);
    }
    this.problems.push(...problems.map(formatProblem));
    if (gaps !== undefined) this.gaps = gaps.map(formatProblem);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  };

  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  /** Resolves once it is so; the test's own time limit ends the wait. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed.promise;
  }
}

export async function load(source: Source): Promise<Collected> {
  const collected = new Collected();
  await source.load(collected.listener);
  return collected;
}
