import { standardHosts } from '../kubelet/pod-files.ts';
import { startLoadBalancer } from '../load-balancer/start-load-balancer.ts';
import { hostNumbers } from '../network/lab-addresses.ts';
import type { Host } from '../network/underlay.ts';
import { type Sandbox, startSandbox } from '../runtime/sandbox.ts';
import { type LabContext, runtimeFolder } from './lab-context.ts';

/** A host that is no part of the cluster. */
export interface OutsideHost {
  readonly host: Host;
  readonly sandbox: Sandbox;
}

/** Starts the client, and the load balancer in front of the nodes. */
export async function startOutsideHosts(
  context: LabContext,
  hosts: () => string,
): Promise<readonly OutsideHost[]> {
  const { underlay, namespaces } = context;
  const client = underlay.plugIn('client', hostNumbers.client);
  const loadBalancer = underlay.plugIn('load-balancer', hostNumbers.loadBalancer, routerSettings);
  const start = async (host: Host): Promise<OutsideHost> => {
    const folder = `${runtimeFolder}/hosts/${host.name}`;
    const options = { hostname: host.name, network: host.network, folder, resolvConf: '', hosts: hosts() };
    return { host, sandbox: await startSandbox(options, namespaces) };
  };
  const started = [client, loadBalancer].map(start);
  await startLoadBalancer(context, loadBalancer);
  return await Promise.all(started);
}

/** /etc/hosts of nodes, and of the hosts outside: the nodes, and the Services that load balancers have addresses for. */
export function hostsFileOf({ store }: LabContext): string {
  const nodes = store
    .list('Node')
    .flatMap(({ metadata, status }) =>
      (status?.addresses ?? [])
        .filter(({ type }) => type === 'InternalIP')
        .map(({ address }) => `${address}\t${metadata.name}`),
    );
  const services = store
    .list('Service')
    .flatMap(({ metadata: { name, namespace }, status }) =>
      (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) =>
        ip === undefined ? [] : [`${ip}\t${namespace === 'default' ? `${name} ` : ''}${name}.${namespace}`],
      ),
    );
  return [standardHosts, ...nodes.map(line), ...services.map(line)].join('');
}

function line(text: string): string {
  return `${text}\n`;
}

const routerSettings = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/forwarding': '1',
  // Clients are not told of a shorter way, which would pass by the load balancer.
  'net/ipv4/conf/all/send_redirects': '0',
  'net/ipv4/conf/default/send_redirects': '0',
  // Connections are spread over the nodes, not clients.
  'net/ipv4/fib_multipath_hash_policy': '1',
  'net/ipv6/fib_multipath_hash_policy': '1',
};
