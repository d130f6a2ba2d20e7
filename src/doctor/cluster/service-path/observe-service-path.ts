import { type Address, formatEndpoint } from '../../../net/address.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import { type DoctorContext, requireObjects } from '../../doctor-check.ts';
import type { ConnectionMade, PathOfService } from './path-of-service.ts';
import type { NodeState, ServicePathObserved } from './service-path.ts';
import { sampleOf, tracedSamples } from './traced-samples.ts';

export async function observeServicePath(
  context: DoctorContext,
  signal: AbortSignal,
): Promise<ServicePathObserved> {
  const { state } = requireObjects(context);
  const [{ traced, untraced }, node] = await Promise.all([tracedSamples(context), nodeState(context)]);
  const paths = await Promise.all(
    sampleOf(context).map(
      async (plan): Promise<PathOfService> => ({
        plan,
        slices: [...state.slicesOf(plan.service).values()],
        traced: traced.filter(({ sample }) => sample.plan === plan),
        connections: context.service === undefined ? [] : await connections(plan, context, signal),
      }),
    ),
  );
  return { asked: context.service, paths, untraced, node };
}

/** Connections are opened only to the Service of `--service`, since they disturb its pods. */
async function connections(
  plan: ServicePortPlan,
  { live }: DoctorContext,
  signal: AbortSignal,
): Promise<readonly ConnectionMade[]> {
  if (plan.protocol !== 'TCP') return [];
  const clusterIPs = plan.frontends.flatMap((frontend) => (frontend.kind === 'ClusterIP' ? [frontend] : []));
  const made = (to: ConnectionMade['to']) => async (at: { address: Address; port: number }) => ({
    to,
    destination: formatEndpoint(at.address, at.port),
    outcome: await live.connect(at.address, at.port, AbortSignal.any([signal, AbortSignal.timeout(2_000)])),
  });
  return Promise.all([
    ...clusterIPs.map(made('ClusterIP')),
    ...plan.endpoints.reachable.slice(0, 3).map(made('endpoint')),
  ]);
}

async function nodeState({ machine }: DoctorContext): Promise<NodeState> {
  const [conntrack, interfaces, calls] = await Promise.all([
    machine.conntrack().catch(() => undefined),
    machine.interfaces().catch(() => []),
    machine.setting('net/bridge/bridge-nf-call-iptables').catch(() => undefined),
  ]);
  const bridge = interfaces.find(
    ({ kind, name }) => kind === 'bridge' && interfaces.some((port) => port.master === name),
  );
  return {
    conntrack,
    bridge:
      bridge === undefined || calls === undefined
        ? undefined
        : { name: bridge.name, calls: calls !== 0 || bridge.bridge?.callIptables === true },
  };
}
