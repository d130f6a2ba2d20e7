import { readFileSync } from 'node:fs';
import { resolveConfig } from '../../../../src/config/resolve-config.ts';
import {
  type SampleNode,
  samplePackets,
} from '../../../../src/doctor/cluster/service-path/sample-packets.ts';
import type { TracedSample } from '../../../../src/doctor/cluster/service-path/traced-sample.ts';
import type { ServicePortPlan } from '../../../../src/plan/service-plan.ts';
import { readIptablesRules } from '../../../../src/rules-text/iptables/read-rules.ts';
import { nodeWithAddresses } from '../../../../src/trace/node-view.ts';
import { walk } from '../../../../src/trace/walk.ts';
import { address, cidr, endpoint, service, serviceKey, servicePort, slice } from '../../records.ts';
import { plansFor } from './plans.ts';

/** The node harbour of fixtures/nodeport, whose pods are of 10.244.1.0/24. */
export const harbour: SampleNode = {
  config: resolveConfig({
    flags: {},
    file: { path: 'config.yaml', text: readFileSync('fixtures/nodeport/config.yaml', 'utf8') },
  }).config,
  node: {
    name: 'harbour',
    zone: '',
    addresses: [address('192.168.50.10')],
    podCIDRs: [cidr('10.244.1.0/24')],
    beingDeleted: false,
  },
  localAddresses: [address('127.0.0.1'), address('192.168.50.10'), address('10.244.1.1')],
  pods: [address('10.244.1.11')],
};

/** The Service of that case; one endpoint is on the node. */
export const shop = (() => {
  const [plan] = plansFor(
    service({
      key: serviceKey('shop/web'),
      clusterIPs: [address('10.96.20.10')],
      ports: [servicePort({ nodePort: 30080 })],
    }),
    [slice([endpoint('10.244.1.11', { nodeName: 'node-0' }), endpoint('10.244.2.12')])],
  );
  if (plan === undefined) throw new Error('no plan');
  return plan;
})();

/** The rules of that case for IPv4, as iptables-save prints them. */
export const healthyRules = readFileSync('fixtures/nodeport/iptables.rules', 'utf8');

/** The packets of the sample, walked through rules. */
export function traceThrough(rules: string, plan: ServicePortPlan = shop): readonly TracedSample[] {
  const tables = readIptablesRules(rules, { family: 'IPv4' });
  const node = nodeWithAddresses(harbour.localAddresses);
  return samplePackets(plan, harbour).map((sample) => {
    const walked = walk({ family: 'IPv4', tables }, sample.packet, node);
    if (!('trace' in walked)) throw new Error('the rules are not whole');
    return { sample, trace: walked.trace };
  });
}
