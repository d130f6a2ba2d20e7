import { requireObjects, type Subject } from '../../doctor-check.ts';
import { plansOf } from '../plans-of.ts';
import { allPlans } from '../services.ts';
import { type HostNetworkObserved, nodeEndpoints } from './host-network.ts';
import { type NodePortsObserved, nodePortUses } from './node-ports.ts';

export async function observeNodePorts(subject: Subject): Promise<NodePortsObserved> {
  requireObjects(subject);
  const uses = nodePortUses(allPlans(plansOf(subject)));
  const [listeners, localPorts] = await Promise.all([
    subject.live.listeners(new Set(uses.map(({ port }) => port))),
    subject.live.localPorts().catch(() => undefined),
  ]);
  return { uses, range: subject.nodePortRange, listeners, localPorts };
}

export async function observeHostNetwork(subject: Subject): Promise<HostNetworkObserved> {
  const endpoints = nodeEndpoints(allPlans(plansOf(subject)), subject.live.localAddresses());
  const listeners = await subject.live.listeners(new Set(endpoints.map(({ port }) => port)));
  return { endpoints, listeners };
}
