import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Address } from '../../../src/net/address.ts';
import type { Family } from '../../../src/net/family.ts';
import type { Host } from '../lab/host.ts';
import type { Web } from './objects.ts';
import { startScript } from './script.ts';

/** A Service whose endpoints are some of these pods at any time, as many as one of these sizes. */
export interface Committing {
  readonly family: Family;
  readonly service: Omit<Web, 'endpoints'>;
  readonly pods: readonly Address[];
  readonly sizes: readonly number[];
}

/** When it was begun and done, in milliseconds of the machine's clock, and what has been in force since. */
export interface Commit {
  readonly started: number;
  readonly ended: number;
  readonly endpoints: readonly Address[];
}

/** Commits without pause on the node until stopped. Resolves when the first commit is done. */
export async function commitWithoutPause(node: Host, what: Committing): Promise<Committer> {
  const script = startScript(node, 'commit.ts', what);
  const commits: Commit[] = [];
  const lines = createInterface({ input: script.output });
  lines.on('line', (line) => commits.push(JSON.parse(line)));
  const failed = once(lines, 'close').then(() => {
    throw new Error('the commits have ended');
  });
  failed.catch(() => undefined);
  const reached = async (count: number) => {
    while (commits.length < count) await Promise.race([once(lines, 'line'), failed]);
  };
  await reached(1);
  return {
    reached,
    async stop() {
      await script.end();
      return commits;
    },
    [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
  };
}

export interface Committer extends AsyncDisposable {
  /** Resolves when there were so many commits. */
  reached(count: number): Promise<void>;
  /** Ends it and returns all commits in their order. */
  stop(): Promise<readonly Commit[]>;
}
