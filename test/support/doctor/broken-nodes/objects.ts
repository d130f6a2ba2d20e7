import { addresses, ports } from './addresses.ts';

/** The objects of a cluster whose node is healthy: Service default/web, whose endpoints are these pods of the node. */
export function healthyObjects(pods: readonly (0 | 1)[] = [0, 1]): string {
  const objects = [
    node('node-0', addresses.node, ['10.244.0.0/24', 'fd00:10:244::/64']),
    node('node-1', addresses.other, ['10.244.1.0/24', 'fd00:10:244:1::/64']),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes' },
      spec: { cidrs: ['10.96.0.0/16', 'fd00:10:96::/112'] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'default', name: 'web' },
      spec: {
        type: 'NodePort',
        clusterIP: addresses.service.IPv4,
        clusterIPs: [addresses.service.IPv4, addresses.service.IPv6],
        ipFamilies: ['IPv4', 'IPv6'],
        selector: { app: 'web' },
        ports: [
          {
            name: 'http',
            protocol: 'TCP',
            port: ports.service,
            targetPort: ports.target,
            nodePort: ports.node,
          },
        ],
      },
    },
    slice('IPv4', pods),
    slice('IPv6', pods),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

function node(
  name: string,
  own: { readonly IPv4: string; readonly IPv6: string },
  podCIDRs: readonly string[],
) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { podCIDR: podCIDRs[0], podCIDRs },
    status: {
      addresses: [
        { type: 'InternalIP', address: own.IPv4 },
        { type: 'InternalIP', address: own.IPv6 },
        { type: 'Hostname', address: name },
      ],
    },
  };
}

function slice(addressType: 'IPv4' | 'IPv6', pods: readonly (0 | 1)[]) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'default',
      name: `web-${addressType.toLowerCase()}`,
      labels: { 'kubernetes.io/service-name': 'web' },
    },
    addressType,
    ports: [{ name: 'http', protocol: 'TCP', port: ports.target }],
    endpoints: pods.map((index) => ({
      addresses: [addresses.pods[index][addressType]],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-0',
      targetRef: { kind: 'Pod', namespace: 'default', name: `web-${index}` },
    })),
  };
}

/** What the proxy of such a node is configured with. */
export function healthyConfig(mode: 'iptables' | 'nftables'): string {
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode,
    hostnameOverride: 'node-0',
    clusterCIDR: '10.244.0.0/16,fd00:10:244::/56',
    // Limits of conntrack are not a namespace's to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  });
}
