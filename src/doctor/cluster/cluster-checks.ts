import { type DoctorCheck, defineCheck, requireObjects } from '../doctor-check.ts';
import { judgeDns } from './dns/dns.ts';
import { observeDns } from './dns/observe-dns.ts';
import { judgeFirewall } from './firewall.ts';
import { judgeMasquerade } from './masquerade/masquerade.ts';
import { observeMasquerade } from './masquerade/observe-masquerade.ts';
import { judgeNftVersions } from './nft-versions.ts';
import { observeDrift } from './observe-rule-drift.ts';
import { plansOf } from './plans-of.ts';
import { judgeIptablesVariants } from './proxies/mixed-variants.ts';
import { observeOtherProxy } from './proxies/observe-other-proxy.ts';
import { judgeOtherProxy } from './proxies/other-proxy.ts';
import { judgeDrift } from './rule-drift.ts';
import { observeServicePath } from './service-path/observe-service-path.ts';
import { judgeServicePath } from './service-path/service-path.ts';
import { tracedSamples } from './service-path/traced-samples.ts';
import { judgeServices } from './services.ts';
import { judgeHostNetwork } from './sockets/host-network.ts';
import { judgeNodePorts } from './sockets/node-port-conflicts.ts';
import { observeHostNetwork, observeNodePorts } from './sockets/observe-sockets.ts';

/** Seconds. Listing the rules of 10,000 Services takes a busy node longer than all other checks. */
const longest = 60;

/** The checks of objects and rules, in the order of the report. */
export const clusterChecks: readonly DoctorCheck[] = [
  defineCheck({
    check: 'services',
    title: 'Services and their endpoints',
    observe: async (context) => {
      const { state } = requireObjects(context);
      return { plans: plansOf(context), slicesOf: (service) => state.slicesOf(service).values() };
    },
    judge: judgeServices,
  }),
  defineCheck({
    check: 'drift',
    title: 'Rules as the objects want',
    seconds: longest,
    observe: observeDrift,
    judge: judgeDrift,
  }),
  defineCheck({
    check: 'iptables-variants',
    title: 'One variant of iptables',
    seconds: longest,
    observe: ({ live }) => live.iptables(),
    judge: judgeIptablesVariants,
  }),
  defineCheck({
    check: 'nft-versions',
    title: 'Tables that nft can list',
    seconds: longest,
    observe: ({ live }, signal) => live.nftListings(signal),
    judge: judgeNftVersions,
  }),
  defineCheck({
    check: 'other-proxy',
    title: 'No other service proxy',
    seconds: longest,
    observe: observeOtherProxy,
    judge: judgeOtherProxy,
  }),
  defineCheck({
    check: 'masquerade',
    title: 'Masquerading, and who counts as local',
    seconds: longest,
    observe: observeMasquerade,
    judge: judgeMasquerade,
  }),
  defineCheck({
    check: 'firewall',
    title: 'Firewalls and network policies in the way',
    seconds: longest,
    observe: tracedSamples,
    judge: judgeFirewall,
  }),
  defineCheck({
    check: 'service-path',
    title: 'Why a pod answers and its Service does not',
    seconds: longest,
    observe: observeServicePath,
    judge: judgeServicePath,
  }),
  defineCheck({ check: 'node-ports', title: 'Node ports', observe: observeNodePorts, judge: judgeNodePorts }),
  defineCheck({
    check: 'host-network',
    title: 'Endpoints that are the node itself',
    observe: observeHostNetwork,
    judge: judgeHostNetwork,
  }),
  defineCheck({ check: 'dns', title: "The cluster's DNS", observe: observeDns, judge: judgeDns }),
];
