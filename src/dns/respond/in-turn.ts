import type { ResourceRecord } from '../../net/dns/resource-record.ts';

/**
 * The answers with another one first each turn, so that clients that take the first spread over all of them (RFC 1794). Aliases stay
 * before the records that they lead to.
 */
export function inTurn(answers: readonly ResourceRecord[], turn: number): readonly ResourceRecord[] {
  if (answers.length < 2) return answers;
  const first = answers.findIndex(({ type }) => type !== 'CNAME');
  const count = answers.length - first;
  if (first === -1 || count < 2) return answers;
  const middle = first + (turn % count);
  return [...answers.slice(0, first), ...answers.slice(middle), ...answers.slice(first, middle)];
}
