import { type ClusterSize, endpointAddresses } from '../objects.ts';

/**
 * What `nft -f` takes for the table that kube-proxy 1.36 has for the objects of a benchmark: a chain and an anonymous map
 * for each Service. In pieces, as memory of nft grows with each.
 */
export function* kubeProxyTable({ services, endpoints }: ClusterSize): Iterable<string> {
  yield frame;
  for (let first = 0; first < services; first += servicesPerPiece) {
    const count = Math.min(servicesPerPiece, services - first);
    const indexes = Array.from({ length: count }, (_, at) => first + at);
    const chains = indexes.map((index) => serviceChain(index, endpointAddresses(index, endpoints)));
    const addresses = indexes.map(clusterIP);
    const verdicts = indexes.map((index) => `${clusterIP(index)} . tcp . 80 : goto ${chainName(index)}`);
    yield [
      `table ip kube-proxy {\n${chains.join('')}}`,
      `add element ip kube-proxy cluster-ips { ${addresses.join(', ')} }`,
      `add element ip kube-proxy service-ips { ${verdicts.join(', ')} }\n`,
    ].join('\n');
  }
}

const servicesPerPiece = 500;

function serviceChain(index: number, addresses: readonly string[]): string {
  const map = addresses.map((address, slot) => `${slot} : ${address} . 8080`).join(', ');
  const pick = `numgen random mod ${addresses.length} map { ${map} }`;
  return `  chain ${chainName(index)} {\n    meta l4proto tcp dnat ip to ${pick}\n  }\n`;
}

/** kube-proxy has a hash of the rest in front; a number of as many characters does. */
function chainName(index: number): string {
  return `service-${index.toString(36).toUpperCase().padStart(8, 'A')}-bench/svc-${index}/tcp/http`;
}

function clusterIP(index: number): string {
  return `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** What kube-proxy has beside Services; pods are those of the benchmarks' network. */
const frame = `table ip kube-proxy {
  comment "rules for kube-proxy"
  set hairpin-connections { type ipv4_addr . ipv4_addr . inet_proto . inet_service; }
  set cluster-ips { type ipv4_addr; }
  set nodeport-ips { type ipv4_addr; }
  map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; }
  map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
  map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
  map service-nodeports { type inet_proto . inet_service : verdict; }
  chain nodeport-endpoints-check {
    ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
  }
  chain service-endpoints-check {
    ip daddr . meta l4proto . th dport vmap @no-endpoint-services
  }
  chain firewall-check {
    ip daddr . meta l4proto . th dport vmap @firewall-ips
  }
  chain services {
    ip daddr @cluster-ips ip saddr != 10.128.0.0/9 meta mark set meta mark | 0x00004000
    ip daddr . meta l4proto . th dport vmap @service-ips
    ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain masquerading {
    meta mark & 0x00004000 != 0x00000000 meta mark set meta mark ^ 0x00004000 masquerade fully-random
    ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random
  }
  chain cluster-ips-check {
    ip daddr @cluster-ips reject
    ip daddr 10.96.0.0/12 drop
  }
  chain reject-chain {
    reject
  }
  chain filter-prerouting-pre-dnat {
    type filter hook prerouting priority dstnat - 10; policy accept;
    ct state new jump firewall-check
  }
  chain filter-output-pre-dnat {
    type filter hook output priority -110; policy accept;
    ct state new jump firewall-check
  }
  chain filter-input {
    type filter hook input priority filter; policy accept;
    ct state new jump nodeport-endpoints-check
    ct state new jump service-endpoints-check
  }
  chain filter-forward {
    type filter hook forward priority filter; policy accept;
    ct state new jump service-endpoints-check
    ct state new jump cluster-ips-check
  }
  chain filter-output {
    type filter hook output priority filter; policy accept;
    ct state new jump service-endpoints-check
    ct state new jump cluster-ips-check
  }
  chain nat-prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump services
  }
  chain nat-output {
    type nat hook output priority -100; policy accept;
    jump services
  }
  chain nat-postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    jump masquerading
  }
}
`;
