import { foreignProgram } from '../../../explain/reason/foreign-program.ts';
import { commonChains, isServiceChain } from '../../../iptables/chain-names.ts';

/** Chains of service proxies that Portolan itself does not have. */
const otherChains: ReadonlySet<string> = new Set([
  'KUBE-FIREWALL',
  // Of kube-proxy before 1.28 and of older kubelets.
  'KUBE-MARK-DROP',
  'KUBE-LOAD-BALANCER',
  'KUBE-NODE-PORT',
]);

/** Whether a chain of iptables belongs to a service proxy, ours or kube-proxy. */
export function isProxyChain(chain: string): boolean {
  return isServiceChain(chain) || commonChains.has(chain) || otherChains.has(chain);
}

/** Whether rules in this table and chain belong to a service proxy. */
export function isProxyRule(table: string, chain: string): boolean {
  return /^nft ip6? (portolan|kube-proxy)$/.test(table) || (isIptables(table) && isProxyChain(chain));
}

function isIptables(table: string): boolean {
  return table.startsWith('iptables') || table.startsWith('ip6tables');
}

/** The program that a chain of iptables belongs to; `undefined` for built-in chains and unknown names. */
export function chainProgram(table: string, chain: string): string | undefined {
  if (isProxyChain(chain)) return 'a service proxy';
  if (/^KUBE-(KUBELET|IPTABLES-HINT)/.test(chain)) return 'the kubelet';
  return foreignProgram(`iptables ${table}`, chain);
}
