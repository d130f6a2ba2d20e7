import { parseAddress } from '../../../src/net/address.ts';
import type { Family, Protocol } from '../../../src/net/family.ts';
import { readRuleset } from '../../../src/rules-text/read-ruleset.ts';
import { nodeWithAddresses } from '../../../src/trace/node-view.ts';
import type { NodeView } from '../../../src/trace/packet.ts';
import type { Step, Trace } from '../../../src/trace/trace.ts';
import { walk } from '../../../src/trace/walk.ts';
import { address } from '../records.ts';

export interface Question {
  /** `10.244.0.5`, or `node`. */
  readonly from: string;
  /** `10.96.0.10:80`. */
  readonly to: string;
  readonly protocol?: Protocol;
  readonly by?: string;
  readonly node?: Partial<NodeView>;
}

export const nodeAddress = address('192.168.50.10');
const nodeAddressV6 = address('fd00:50::10');

/** Walks a packet through the rules of these texts. */
export function traceText(rules: string | readonly string[], question: Question): Trace {
  const { from, to, protocol = 'TCP', by } = question;
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(to) ?? [];
  const destination = parseAddress(host);
  if (destination === undefined) throw new Error(`${to} is no address and port`);
  const family: Family = host.includes(':') ? 'IPv6' : 'IPv4';
  const source = from === 'node' ? (family === 'IPv4' ? nodeAddress : nodeAddressV6) : address(from);
  const packet = { source, destination, protocol, port: Number(port), inputInterface: by };
  const node = { ...nodeWithAddresses([nodeAddress, nodeAddressV6]), ...question.node };
  const walked = walk(readRuleset(typeof rules === 'string' ? [rules] : rules, family), packet, node);
  if ('unread' in walked) throw new Error(`not read: ${JSON.stringify(walked.unread)}`);
  return walked.trace;
}

/** The rules that mattered, as `chain: effect`, and forks as lists. */
export function courseOf(path: readonly Step[]): readonly unknown[] {
  return path.map(wordsOf);
}

function wordsOf(step: Step): unknown {
  switch (step.kind) {
    case 'hook':
      return step.hook.toUpperCase();
    case 'rule':
      return `${step.chain}: ${'chain' in step.effect ? `${step.effect.kind} ${step.effect.chain}` : step.effect.kind}`;
    case 'policy':
      return `${step.chain}: policy`;
    case 'fork':
      return step.branches.map(({ share, path }) => [share, ...courseOf(path)]);
    case 'end':
      return step.outcome.verdict;
  }
}
