import { ToolError } from '../../backend/failure.ts';
import type { ConntrackTable, Flow, FlowProtocol } from '../../conntrack/flow.ts';
import { parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import type { Endpoint } from '../../plan/service-plan.ts';
import { type Exited, runTool, toolLines } from '../run-tool.ts';
import { notPermitted, saysForbidden, saysUnable } from '../tool-words.ts';

/**
 * The table by the command conntrack. It searches the whole table for each deletion (conntrack-tools 1.4.7: 0.3 s among
 * 100,000 flows), so flows of the same Service and endpoint are deleted together.
 */
export function conntrackCommand(): ConntrackTable {
  return {
    async deleteFlows(family, protocols, isStale) {
      const stale = new Map<string, readonly string[]>();
      for await (const line of list(family, protocols)) {
        const flow = parseFlow(line);
        if (flow === undefined || !protocols.includes(flow.protocol) || !isStale(flow)) continue;
        const filter = filterOf(flow);
        stale.set(filter.join(' '), filter);
      }
      let deleted = 0;
      for (const filter of stale.values()) deleted += await deleteMatching(family, filter);
      return deleted;
    },
  };
}

/**
 * Reads a line of `conntrack -L`: two tuples, as it was sent and as it is answered. `undefined` where it is of another
 * protocol or in a zone, where somebody else tracks the same packets once more.
 */
export function parseFlow(line: string): Flow | undefined {
  const protocol = protocolNames[line.slice(0, line.indexOf(' '))];
  const tuples = [...line.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g)];
  const [original, reply] = tuples;
  if (protocol === undefined || original === undefined || reply === undefined) return undefined;
  if (/ zone(-orig|-reply)?=/.test(line)) return undefined;
  const destination = endpoint(original[2], original[4]);
  const replySource = endpoint(reply[1], reply[3]);
  if (destination === undefined || replySource === undefined) return undefined;
  return { protocol, destination, replySource };
}

const protocolNames: Readonly<Record<string, FlowProtocol>> = { udp: 'UDP', sctp: 'SCTP' };

function endpoint(address = '', port = ''): Endpoint | undefined {
  const parsed = parseAddress(address);
  return parsed && { address: parsed, port: Number(port) };
}

function list(family: Family, protocols: readonly FlowProtocol[]): AsyncIterable<string> {
  const [protocol, ...more] = protocols;
  const only = protocol === undefined || more.length > 0 ? [] : ['-p', protocol.toLowerCase()];
  return toolLines('conntrack', ['-L', ...familyFlag(family), ...only], failureOf);
}

async function deleteMatching(family: Family, filter: readonly string[]): Promise<number> {
  const end = await runTool('conntrack', ['-D', ...familyFlag(family), ...filter], { output: 'ignore' });
  const count = /: (\d+) flow entries have been deleted/.exec(end.stderr)?.[1];
  // Its exit status is 1 where it found none.
  if (count === undefined) throw failureOf(end);
  return Number(count);
}

function filterOf({ protocol, destination, replySource }: Flow): readonly string[] {
  return [
    ...['-p', protocol.toLowerCase(), '-w', '0'],
    ...['--orig-dst', destination.address, '--orig-port-dst', String(destination.port)],
    ...['--reply-src', replySource.address, '--reply-port-src', String(replySource.port)],
  ];
}

function familyFlag(family: Family): readonly string[] {
  return ['-f', family === 'IPv4' ? 'ipv4' : 'ipv6'];
}

function failureOf({ status, stderr }: Exited): ToolError {
  const said = stderr.trim() || `it ended with status ${status} and gave no reason`;
  if (saysForbidden(said)) return new ToolError('permission', notPermitted('conntrack', said));
  return new ToolError(saysUnable(said) ? 'unable' : 'unknown', `conntrack: ${said}`);
}
