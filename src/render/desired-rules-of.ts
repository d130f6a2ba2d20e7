import type { ProxyConfig } from '../config/proxy-config.ts';
import { iptablesOptions, type NodeFacts } from '../iptables/derive-iptables-options.ts';
import { type DesiredRules, desiredRules } from '../iptables/desired-rules.ts';
import { iptablesRuleFiles } from '../kernel/rule-files.ts';
import { type Address, parseAddress } from '../net/address.ts';
import type { Family } from '../net/family.ts';
import { currentPlans, type LoadedState } from '../plan/loaded-state.ts';
import { nodeIPs } from '../plan/node-ips.ts';

/** The rules that a node with these facts should have in one family. */
export function desiredFor(
  family: Family,
  loaded: LoadedState,
  config: ProxyConfig,
  facts: NodeFacts,
): DesiredRules {
  const plans = currentPlans(loaded, family);
  return desiredRules(iptablesRuleFiles(), plans, iptablesOptions(family, config, facts, plans));
}

/** Facts from the Node object, with all features of recent kernels: no machine is observed. */
export function factsFromObjects({ state }: LoadedState, config: ProxyConfig): NodeFacts {
  return {
    localAddresses: [...(state.node?.addresses ?? []), ...loopback],
    nodeIPs: nodeIPs(config.bindAddress, state.node),
    node: state.node,
    tcpBeLiberal: config.conntrack.tcpBeLiberal,
    randomFully: true,
    packetCounters: new Set(),
  };
}

const loopback: readonly Address[] = ['127.0.0.1', '::1'].flatMap((text) => parseAddress(text) ?? []);
