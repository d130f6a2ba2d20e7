import { hash } from 'node:crypto';
import { formatEndpoint } from '../net/address.ts';
import type { Protocol } from '../net/family.ts';
import type { Endpoint, ServicePortName } from '../plan/service-plan.ts';

/** A chain that iptables accepts: at most 28 characters. */
export type ChainName = string & { readonly brand: 'ChainName' };

/** The chains of one service port. Their names are kube-proxy's own, so that either can take over from the other. */
export interface ServiceChainNames {
  /** Picks an endpoint by policy Cluster. */
  readonly cluster: ChainName;
  /** Picks an endpoint by policy Local. */
  readonly local: ChainName;
  /** Receives the traffic of every frontend but the ClusterIP. */
  readonly external: ChainName;
  /** Lets the load balancer's source ranges in. */
  readonly firewall: ChainName;
}

const prefixes = {
  cluster: 'KUBE-SVC-',
  local: 'KUBE-SVL-',
  external: 'KUBE-EXT-',
  firewall: 'KUBE-FW-',
} as const;
const endpointPrefix = 'KUBE-SEP-';
const serviceChain = /^KUBE-(SVC|SVL|EXT|FW|SEP)-/;

export function serviceChainNames(name: ServicePortName, protocol: Protocol): ServiceChainNames {
  const suffix = digest(name + protocol.toLowerCase());
  return {
    cluster: (prefixes.cluster + suffix) as ChainName,
    local: (prefixes.local + suffix) as ChainName,
    external: (prefixes.external + suffix) as ChainName,
    firewall: (prefixes.firewall + suffix) as ChainName,
  };
}

/** The chain that sends a connection to one endpoint. */
export function endpointChainName(
  name: ServicePortName,
  protocol: Protocol,
  { address, port }: Endpoint,
): ChainName {
  return (endpointPrefix +
    digest(name + protocol.toLowerCase() + formatEndpoint(address, port))) as ChainName;
}

/** Whether a chain belongs to one service port, rather than to all: those come and go with the Services. */
export function isServiceChain(chain: string): chain is ChainName {
  return serviceChain.test(chain);
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Two characters of base32 for each number of 10 bits. */
const pairs = Array.from({ length: 1024 }, (_, bits) => base32.charAt(bits >> 5) + base32.charAt(bits & 31));

/** The first 16 characters of the base32 (RFC 4648) of the SHA-256: 80 bits, so 20 hexadecimal digits. */
function digest(text: string): string {
  const hex = hash('sha256', text, 'hex');
  let encoded = '';
  for (let digit = 0; digit < 20; digit += 5) {
    const bits = Number.parseInt(hex.slice(digit, digit + 5), 16);
    encoded += `${pairs[bits >> 10]}${pairs[bits & 1023]}`;
  }
  return encoded;
}

/** For a moment, where Services are tried that the kernel may not take: rules that are elsewhere to be. Nothing leads to it. */
export const trialChain = 'KUBE-PROXY-TRIAL' as ChainName;

/**
 * The proxy's chains that are not one service port's; kube-proxy has them by the same names, but for the last. KUBE-FIREWALL is
 * none of them: it is the kubelet's, too.
 */
export const commonChains: ReadonlySet<string> = new Set([
  'KUBE-SERVICES',
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-NODEPORTS',
  'KUBE-POSTROUTING',
  'KUBE-MARK-MASQ',
  'KUBE-FORWARD',
  'KUBE-PROXY-FIREWALL',
  'KUBE-PROXY-CANARY',
  trialChain,
]);
