import { formatEndpoint } from '../../net/address.ts';
import type { Hook } from '../../rules-text/ruleset.ts';
import type {
  ExplainedBranch,
  ExplainedEndpoint,
  ExplainedFork,
  ExplainedStep,
  Explanation,
} from '../explanation.ts';
import { asksSeveral } from '../reason/fork-reason.ts';
import { targetWords } from '../reason/reason-context.ts';

/** The packet and its target: `TCP from 10.244.1.5 to 10.96.20.10:80, ClusterIP of shop/web:http`. */
export function packetWords({ packet, client, target }: Explanation): string {
  const { source, sourcePort, destination, port, protocol, inputInterface } = packet;
  const from = sourcePort === undefined ? source : formatEndpoint(source, sourcePort);
  const who = client === undefined ? '' : ` (${client})`;
  const device = inputInterface === undefined ? '' : ` by ${inputInterface}`;
  const whose = target === undefined ? '' : `, ${targetWords(target)}`;
  return `${protocol} from ${from}${who}${device} to ${formatEndpoint(destination, port)}${whose}`;
}

/** Whom the destination sees as the sender; empty where the packet does not get there. */
export function senderWords({ verdict, masquerade, endpoints, packet }: Explanation): readonly string[] {
  if (verdict === 'reject' || verdict === 'drop') return [];
  const seen = `the other side sees ${packet.source}`;
  if (!masquerade) return [`not masqueraded: ${seen}`];
  const hidden = endpoints.filter((endpoint) => endpoint.masquerade);
  if (hidden.length === endpoints.length) return ['masqueraded: the other side sees an address of the node'];
  return [`masqueraded on the way to ${listWords(hidden.map(nameOf))}; else ${seen}`];
}

function nameOf({ endpoint }: ExplainedEndpoint): string {
  return endpoint;
}

/** Of more than these, the rest is only counted. */
const mostListed = 4;

/** `a, b and c`, or `a, b, c and 97 more`. */
export function listWords(texts: readonly string[]): string {
  const shown = texts.length <= mostListed ? texts : texts.slice(0, mostListed - 1);
  const rest = texts.length - shown.length;
  const parts = rest === 0 ? shown : [...shown, `${rest} more`];
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** How a path ends: where it leads, and whether the sender is hidden there. */
export function endWords({ outcome, reason }: ExplainedStep & { kind: 'end' }): string {
  const refused = outcome.verdict === 'reject' || outcome.verdict === 'drop';
  return outcome.masquerade && !refused ? `${reason}; masqueraded` : reason;
}

/** What each hook means for a packet. */
export const hookWords: Readonly<Record<Hook, string>> = {
  prerouting: 'the packet comes in',
  input: 'it is for the node itself',
  forward: 'it passes through the node',
  output: 'the node sends it',
  postrouting: 'it leaves',
};

/** The heading of a branch. Below a fork with several questions it has the whole condition, else only the answer. */
export function conditionWords({ condition, answer }: ExplainedBranch, fork: ExplainedFork): string {
  if (answer === undefined || asksSeveral(fork)) return condition.replace(/ \(unknown from here\)$/, '');
  return answer ? 'if so' : 'if not';
}
