import { type Address, formatEndpoint } from '../../../net/address.ts';
import type { ServicePortPlan } from '../../../plan/service-plan.ts';
import { requireObjects, type Subject } from '../../doctor-check.ts';
import type { ConnectionMade, PathOfService } from './path-of-service.ts';
import type { NodeState, ServicePathObserved } from './service-path.ts';
import { sampleOf, tracedSamples } from './traced-samples.ts';

export async function observeServicePath(
  subject: Subject,
  signal: AbortSignal,
): Promise<ServicePathObserved> {
  const { state } = requireObjects(subject);
  const [{ traced, untraced }, node] = await Promise.all([tracedSamples(subject), nodeState(subject)]);
  const paths = await Promise.all(
    sampleOf(subject).map(
      async (plan): Promise<PathOfService> => ({
        plan,
        slices: [...state.slicesOf(plan.service).values()],
        traced: traced.filter(({ sample }) => sample.plan === plan),
        connections: subject.service === undefined ? [] : await connections(plan, subject, signal),
      }),
    ),
  );
  return { asked: subject.service, paths, untraced, node };
}

/** Connections are opened only to a Service that the operator asks about: they disturb somebody's pods. */
async function connections(
  plan: ServicePortPlan,
  { live }: Subject,
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

async function nodeState({ machine }: Subject): Promise<NodeState> {
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
