import type { Family } from '../../../src/net/family.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { startAgent } from '../agents/start-agent.ts';
import { removeRules } from '../cli/program.ts';
import type { Facts } from '../equivalence/facts.ts';
import type { ChainForms, LiveAnswer, LiveQuestion } from './live-messages.ts';

/** A network namespace with an agent (live-agent.ts). Both end where this is disposed of. */
export interface LiveNamespace extends AsyncDisposable {
  /** What a command prints there. Throws an `Error` where it fails. */
  run(command: readonly string[], input?: string): Promise<string>;
  /** Removes all rules. */
  clear(): Promise<void>;
  chains(family: 'ip' | 'ip6', table: string): Promise<readonly ChainForms[]>;
  /** Throws an `Error` with the message of what `traceLive` throws. */
  trace(family: Family, packets: readonly Packet[], options?: TraceOptions): Promise<LiveTraces>;
}

export interface TraceOptions {
  /** The node that packets pass; the namespace itself where they are absent. */
  readonly facts?: Facts;
  /** Where commands are looked for. */
  readonly path?: string;
  /** A command that runs when the rules have been opened. */
  readonly meanwhile?: readonly string[];
}

export interface LiveTraces {
  /** The names of the tables, in their order. */
  readonly tables: readonly string[];
  readonly traces: readonly Trace[];
}

/**
 * `/run` is the namespace's own: the lock of xtables is there. `wrapper` is a command in front of
 * the agent's own, such as one that takes capabilities away.
 */
export function liveNamespace(wrapper: readonly string[] = []): LiveNamespace {
  const script = 'mount -t tmpfs none /run && ip link set lo up && exec "$0" "$@"';
  const agent = startAgent<LiveQuestion, LiveAnswer>({
    launcher: ['unshare', '--net', '--mount', 'sh', '-c', script, ...wrapper],
    script: new URL('./live-agent.ts', import.meta.url),
  });
  return {
    async run(command, input = '') {
      const answer = await agent.ask({ ask: 'run', command, input });
      return 'printed' in answer ? answer.printed : '';
    },
    async chains(family, table) {
      const answer = await agent.ask({ ask: 'chains', family, table });
      return 'chains' in answer ? answer.chains : [];
    },
    async trace(family, packets, { facts, path, meanwhile } = {}) {
      const answer = await agent.ask({ ask: 'trace', family, packets, facts, path, meanwhile });
      if (!('traces' in answer)) throw new Error('an answer to another question');
      return answer;
    },
    async clear() {
      await agent.ask({ ask: 'run', command: ['sh', '-c', removeRules], input: '' });
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}
