import { describe, expect, test } from 'vitest';
import { type Backend, iptablesBackend, nftablesBackend } from '../support/conformance/backend.ts';
import {
  describeFlows,
  flowFiles,
  flowsUnavailable,
  recordedFlows,
} from '../support/conformance/describe-flows.ts';
import type { Flow } from '../support/conformance/scenario.ts';
import { iptablesUnavailable } from '../support/lab/unavailable.ts';

/** Packet flows of kube-proxy in mode iptables, as real packets through the rules that Portolan loads, in either mode. */

const backends: Backend[] = [nftablesBackend()];
if (flowsUnavailable === undefined) {
  for (const variant of ['nft', 'legacy'] as const) {
    const withoutVariant = iptablesUnavailable(variant);
    if (withoutVariant === undefined) backends.push(iptablesBackend(variant));
    else test(`flows by iptables-${variant}`, ({ skip }) => skip(withoutVariant));
  }
}

/** Flows of mode iptables that mode nftables treats otherwise, in kube-proxy as here, and why. */
const differing: readonly { readonly file: RegExp; readonly name: RegExp; readonly reason: string }[] = [
  {
    file: /^iptables-clusteripgeneral/,
    name: /^(TCP-only port does not match UDP traffic|svc1 does not accept svc2's ports)$/,
    reason: 'ports of a ClusterIP that no Service has are rejected',
  },
  {
    file: /^iptables-/,
    name: /^localhost to (NodePort( with [ei]TP:Local)?|nodePort gets masqueraded)$/,
    reason: 'there are no node ports on localhost',
  },
  {
    file: /^iptables-nodeports-ipv4-localhost-nodeports-(enabled|disabled)\./,
    name: /^external to nodePort on secondary IP$/,
    reason: 'node ports answer on the primary address only, unless nodePortAddresses says otherwise',
  },
  {
    file: /^iptables-healthchecknodeport/,
    name: /^firewall accepts HealthCheckNodePort$/,
    reason: 'what one nftables table accepts, another may still drop',
  },
];

function differs(file: string, { name }: Flow, { mode }: Backend): boolean {
  return mode === 'nftables' && differing.some((entry) => entry.file.test(file) && entry.name.test(name));
}

describe('flows of kube-proxy in mode iptables', () => {
  if (flowsUnavailable !== undefined) test('are repeated', ({ skip }) => skip(flowsUnavailable));
  else {
    describeFlows('iptables', backends, (file, flow, backend) => !differs(file, flow, backend));
    test.each(differing)('are left out of mode nftables because $reason', ({ file, name }) => {
      const flows = flowFiles('iptables')
        .filter((entry) => file.test(entry))
        .flatMap(recordedFlows);
      expect(flows.filter((flow) => name.test(flow.name))).not.toEqual([]);
    });
  }
});
