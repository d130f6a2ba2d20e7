import { execInNamespace } from '../../test/support/lab/host.ts';
import { captureHandshakes } from './capture.ts';
import { plugIn } from './hosts.ts';
import { startServer } from './server.ts';
import { load } from './wrk.ts';

/** What a client connects to, by way of a node. */
export interface Destination {
  /** The network namespace of the node. */
  readonly node: string;
  readonly address: string;
  readonly port: number;
  /** The address of the pod that answers. */
  readonly podAddress: string;
}

export interface Figures {
  /** New connections per second. */
  readonly connections: number;
  /** Microseconds from SYN to SYN-ACK. */
  readonly connect: { readonly p50: number; readonly p99: number };
  /** Connections that failed, and SYNs that were sent again. */
  readonly trouble: number;
}

/**
 * Measures new connections to one destination, with a new client and a new pod.
 *
 * wrk says how many there are in a second, but its latency begins when a connection stands (wrk 4.1,
 * `socket_writeable`); ab and hey tell connect times in steps of 1 and 0.1 ms, and h2load without percentiles.
 * So tcpdump notes on the client's interface when each SYN leaves and when its SYN-ACK comes, under the load of
 * wrk. This costs one connection in twenty, so it has a second of its own.
 */
export async function measure(destination: Destination, seconds: number): Promise<Figures> {
  const { node, address, port, podAddress } = destination;
  const url = `http://${address}:${port}/`;
  await execInNamespace(node, 'conntrack', ['--flush']);
  await using hosts = await plugIn(node, podAddress);
  await using _server = await startServer(hosts.pod);
  const { perSecond, failed } = await load(hosts.client, url, seconds);
  const { latencies, repeated } = await captureHandshakes(hosts.client, () => load(hosts.client, url, 1));
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    connections: perSecond,
    connect: { p50: quantile(0.5), p99: quantile(0.99) },
    trouble: failed + repeated,
  };
}
