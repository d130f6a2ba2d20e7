import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import { readFlags } from '../../config/flags/add-flags.ts';
import type { SocketAddress } from '../../config/proxy-config.ts';
import {
  type DomainName,
  domainName,
  lowerCase,
  parseDomainName,
  rootName,
} from '../../net/dns/domain-name.ts';
import { parseSocketAddress } from '../../net/socket-address.ts';
import { type Finish, withSourceOptions } from './common-options.ts';

/** `portolan dns`. */
export function addDns(program: Command, finish: Finish): void {
  const command = program
    .command('dns')
    .description('answer DNS queries for the names of Services and pods, and forward others')
    .option(
      '--listen <address:port>',
      'where to take queries, over UDP and TCP; repeatable; port 0 for any (default: 0.0.0.0:53 and [::]:53)',
      listenAddress,
    )
    .option('--domain <name>', "the cluster's domain (default: cluster.local)", domain)
    .option(
      '--upstream <address[:port]>',
      'server to forward other names to; repeatable, asked in this order (default: those of /etc/resolv.conf)',
      upstream,
    )
    .option(
      '--http <address:port>',
      'where /healthz, /readyz and /metrics are; "none" for nowhere (default: 0.0.0.0:9153)',
      httpAddress,
    )
    .option(
      '--ttl <seconds>',
      'how long clients may remember names of the cluster, 0 to 3600 (default: 5)',
      ttl,
    )
    .option(
      '--cache-size <answers>',
      'how many answers of upstream servers to remember, 0 to 1000000 (default: 10000)',
      cacheSize,
    )
    .option(
      '--lameduck <duration>',
      'how long to go on answering after SIGTERM, until nobody sends queries any more, 0s to 60s (default: 0s)',
      lameduck,
    )
    .addHelpText(
      'after',
      `
Names are those of the Kubernetes DNS specification 1.1: Services, endpoints of headless Services, ports, and pods
by their addresses. A name of another domain goes to the upstream servers.

Exit status: 0 when a signal ended it; 2 on an error, such as a port that is taken.

Examples:
  portolan dns --kubeconfig dns.conf
  portolan dns --source objects/ --listen 127.0.0.1:5353 --upstream 192.0.2.53
  portolan dns --source objects.yaml --listen 10.96.0.10:53 --listen [fd00:96::a]:53 --domain example.internal`,
    );
  withSourceOptions(command).action(async (options: Parsed) => {
    const { runDns } = await import('../../dns/run-dns.ts');
    finish(
      await runDns({
        flags: readFlags(command),
        source: options.source,
        listen: options.listen,
        domain: options.domain ?? domainName('cluster.local'),
        upstreams: options.upstream,
        http:
          options.http === 'none' ? undefined : (options.http ?? socketAddress('0.0.0.0', metricsPort, 0)),
        ttl: options.ttl ?? 5,
        cacheSize: options.cacheSize ?? 10_000,
        lameduck: options.lameduck ?? 0,
      }),
    );
  });
}

const dnsPort = 53;
const metricsPort = 9_153;

function listenAddress(text: string, before: readonly SocketAddress[] = []): readonly SocketAddress[] {
  return [...before, socketAddress(text, dnsPort, 0)];
}

function upstream(text: string, before: readonly SocketAddress[] = []): readonly SocketAddress[] {
  return [...before, socketAddress(text, dnsPort, 1)];
}

function httpAddress(text: string): SocketAddress | 'none' {
  return text === 'none' ? 'none' : socketAddress(text, metricsPort, 0);
}

function socketAddress(text: string, usualPort: number, leastPort: 0 | 1): SocketAddress {
  const parsed = parseSocketAddress(text, usualPort, leastPort);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError(
    'It must be an IP address, with a port or without: 10.96.0.10:53, [fd00::a]:53.',
  );
}

function domain(text: string): DomainName {
  const name = parseDomainName(text);
  if (name === undefined || name === rootName)
    throw new InvalidArgumentError('It must be the name of a domain, such as cluster.local.');
  return lowerCase(name);
}

const ttl = wholeNumber(3_600);
const cacheSize = wholeNumber(1_000_000);

/** A parser for numbers from 0. */
function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
    if (number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
  };
}

/** Milliseconds; the kubelet ends a pod for good after 30 s by default. */
const longestLameduck = 60_000;

function lameduck(text: string): number {
  const duration = parseDuration(text);
  if (duration !== undefined && duration >= 0 && duration <= longestLameduck) return duration;
  throw new InvalidArgumentError('It must be a duration from 0s to 60s.');
}

/** What commander leaves of the options. */
interface Parsed {
  readonly source?: string;
  readonly listen?: readonly SocketAddress[];
  readonly domain?: DomainName;
  readonly upstream?: readonly SocketAddress[];
  readonly http?: SocketAddress | 'none';
  readonly ttl?: number;
  readonly cacheSize?: number;
  readonly lameduck?: number;
}
