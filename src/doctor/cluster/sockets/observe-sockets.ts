import { type DoctorContext, requireObjects } from '../../doctor-check.ts';
import { plansOf } from '../plans-of.ts';
import { allPlans } from '../services.ts';
import { type HostNetworkObserved, nodeEndpoints } from './host-network.ts';
import { type NodePortsObserved, nodePortUses } from './node-port-conflicts.ts';

export async function observeNodePorts(context: DoctorContext): Promise<NodePortsObserved> {
  requireObjects(context);
  const uses = nodePortUses(allPlans(plansOf(context)));
  const [listeners, localPorts] = await Promise.all([
    context.live.listeners(new Set(uses.map(({ port }) => port))),
    context.live.localPorts().catch(() => undefined),
  ]);
  return { uses, range: context.nodePortRange, listeners, localPorts };
}

export async function observeHostNetwork(context: DoctorContext): Promise<HostNetworkObserved> {
  const endpoints = nodeEndpoints(allPlans(plansOf(context)), context.live.localAddresses());
  const listeners = await context.live.listeners(new Set(endpoints.map(({ port }) => port)));
  return { endpoints, listeners };
}
