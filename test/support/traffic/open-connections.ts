import { text } from 'node:stream/consumers';
import type { Address } from '../../../src/net/address.ts';
import type { Host } from '../lab/host.ts';
import type { Answer, Transport } from '../lab/messages.ts';
import { startScript } from './script.ts';

/** What an opener does: connections from each source in turn, each from a port that was not used before. */
export interface Opening {
  readonly protocol: Transport;
  readonly sources: readonly Address[];
  readonly firstPort: number;
  readonly destination: Address;
  readonly port: number;
  /** So many at a time. */
  readonly parallel: number;
  readonly timeoutMs: number;
}

/** One connection: when it was begun and ended, in milliseconds of the machine's clock, and who answered. */
export type Attempt = { readonly source: Address; readonly started: number; readonly ended: number } & (
  | Answer
  | { readonly error: string }
);

/** Where from and to; the rest has defaults. */
export type Way = Pick<Opening, 'protocol' | 'sources' | 'destination' | 'port'> & Partial<Opening>;

/** Opens so many connections, or fewer where one fails, and says what became of each, in their order. */
export async function openConnections(host: Host, way: Way, count: number): Promise<readonly Attempt[]> {
  await using opening = start(host, way, Math.ceil(count / way.sources.length));
  return await opening.stop(count);
}

/** Opens connections without pause until it is stopped, or one fails. */
export function startConnections(host: Host, way: Way): Running {
  return start(host, way, 20_000);
}

function start(host: Host, way: Way, ports: number): Running {
  const firstPort = takePorts(host, way, ports);
  const opening: Opening = { parallel: 16, timeoutMs: 5_000, firstPort, ...way };
  const script = startScript(host, 'opener.ts', opening);
  const output = text(script.output);
  return {
    async stop(least) {
      await script.end(String(least));
      return JSON.parse(await output);
    },
    [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
  };
}

export interface Running extends AsyncDisposable {
  /** Goes on until there were so many or one has failed, and says what became of each, in their order. */
  stop(least: number): Promise<readonly Attempt[]>;
}

/** How many of the connections each endpoint took; failures by their error. */
export function countByServer(attempts: readonly Attempt[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const attempt of attempts) {
    const outcome = 'error' in attempt ? attempt.error : attempt.server;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/**
 * The one endpoint that each source reached by all its connections. Throws where a connection failed or one source reached
 * several.
 */
export function serverBySource(attempts: readonly Attempt[]): ReadonlyMap<Address, string> {
  const servers = new Map<Address, string>();
  for (const attempt of attempts) {
    if ('error' in attempt) throw new Error(`${attempt.source}: ${attempt.error}`);
    const { source, server } = attempt;
    const other = servers.get(source);
    if (other !== undefined && other !== server)
      throw new Error(`${source} reached ${other} and then ${server}`);
    servers.set(source, server);
  }
  return servers;
}

/** Those that no endpoint took. */
export function failures(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.filter((attempt) => 'error' in attempt);
}

/** A conntrack entry outlives its connection, so no source may use a port twice towards the same destination. */
function takePorts(
  { namespace }: Host,
  { protocol, sources, destination, port }: Way,
  count: number,
): number {
  const keys = sources.map((source) => [namespace, protocol, source, destination, port].join(' '));
  const first = Math.max(...keys.map((key) => nextPorts.get(key) ?? 2_000));
  for (const key of keys) nextPorts.set(key, first + count);
  return first;
}

const nextPorts = new Map<string, number>();
