import { execInNamespace } from '../../test/support/lab/host.ts';
import { commandOn } from './cpus.ts';

/** Enough that the client always has one to open, and so few that none waits for the server. */
const concurrency = 32;

/** What wrk counted. */
export interface Load {
  /** Answers per second, each of a connection of its own. */
  readonly perSecond: number;
  /** Answers in all. */
  readonly answers: number;
  /** Connections that failed or were not answered in time. */
  readonly failed: number;
}

/**
 * Opens connections from a client's namespace to a server that closes each after one answer, for some
 * seconds; throws where that is not what happened.
 */
export async function load(client: string, url: string, seconds: number): Promise<Load> {
  const wrk = [
    'wrk',
    '--threads',
    '1',
    '--connections',
    String(concurrency),
    '--duration',
    String(seconds),
    url,
  ];
  const [command, ...args] = commandOn('client', wrk);
  const result = parseWrk(await execInNamespace(client, command, args));
  const opened = await connectionsOpened(client);
  if (opened < result.answers) throw new Error(`wrk had ${result.answers} answers by ${opened} connections`);
  return result;
}

/** Reads the report of wrk 4; throws where the server did not answer, or not well. */
export function parseWrk(report: string): Load {
  const refusals = numberIn(report, /^ *Non-2xx or 3xx responses: (\d+)$/m) ?? 0;
  if (refusals > 0) throw new Error(`wrk: ${refusals} answers had a status other than 2xx or 3xx`);
  const answers = numberIn(report, /^ *(\d+) requests in /m) ?? 0;
  const perSecond = numberIn(report, /^Requests\/sec: *([\d.]+)$/m);
  if (answers === 0 || perSecond === undefined) throw new Error(`wrk had no answer:\n${report}`);
  const errors = /^ *Socket errors: (.*)$/m.exec(report)?.[1]?.match(/\d+/g) ?? [];
  const failed = errors.reduce((sum, count) => sum + Number(count), 0);
  return { perSecond, answers, failed };
}

function numberIn(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** How many connections a namespace has opened since it was made (RFC 4022, tcpActiveOpens). */
async function connectionsOpened(namespace: string): Promise<number> {
  const counters = await execInNamespace(namespace, 'cat', ['/proc/net/snmp']);
  const tcp = counters.split('\n').filter((line) => line.startsWith('Tcp:'));
  const [names = [], values = []] = tcp.map((line) => line.split(' '));
  return Number(values[names.indexOf('ActiveOpens')]);
}
