import type { Address } from '../../net/address.ts';
import type { Pod } from '../api/kinds/kinds.ts';
import type { Condition } from '../api/kinds/pod.ts';
import { isObject } from '../api/store/api-object.ts';

/** How far a Pod has come on its node. */
export type PodProgress =
  | { readonly kind: 'creating'; readonly reason: string | undefined }
  | { readonly kind: 'running'; readonly addresses: readonly Address[] };

export interface StatusContext {
  readonly nodeAddresses: readonly Address[];
  /** When the kubelet first saw the Pod, and when its servers began: RFC 3339, in seconds. */
  readonly startTime: string;
  readonly runningSince: string;
  readonly restarts: number;
}

/** `status` of a Pod as its kubelet writes it. */
export function podStatus(
  pod: Pod,
  progress: PodProgress,
  context: StatusContext,
): Readonly<Record<string, unknown>> {
  const { nodeAddresses, startTime, runningSince, restarts } = context;
  const isRunning = progress.kind === 'running';
  const addresses = isRunning ? progress.addresses : [];
  const isReady = isRunning && gatesPass(pod) && !isHeldBack(pod);
  const state = isRunning
    ? { running: { startedAt: runningSince } }
    : {
        waiting: {
          reason: 'ContainerCreating',
          ...(progress.reason === undefined ? {} : { message: progress.reason }),
        },
      };
  return {
    ...pod.status,
    phase: isRunning ? 'Running' : 'Pending',
    hostIP: nodeAddresses[0],
    hostIPs: nodeAddresses.map((ip) => ({ ip })),
    ...(isRunning ? { podIP: addresses[0] } : {}),
    podIPs: addresses.map((ip) => ({ ip })),
    startTime,
    conditions: withConditions(pod.status?.conditions ?? [], runningSince, {
      PodReadyToStartContainers: isRunning,
      Initialized: true,
      ContainersReady: isRunning && !isHeldBack(pod),
      Ready: isReady,
    }),
    containerStatuses: pod.spec.containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      ready: isRunning && !isHeldBack(pod),
      started: isRunning,
      restartCount: restarts,
      state,
    })),
  };
}

/** With this annotation of the value `false` a Pod's containers are as if their readiness probe failed. */
export const readyAnnotation = 'portolan.dev/ready';

function isHeldBack({ metadata: { annotations } }: Pod): boolean {
  return isObject(annotations) && annotations[readyAnnotation] === 'false';
}

/** `readinessGates`: conditions that others set. */
function gatesPass({ spec: { readinessGates }, status }: Pod): boolean {
  if (!Array.isArray(readinessGates)) return true;
  return readinessGates
    .filter(isObject)
    .every(({ conditionType }) =>
      status?.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'),
    );
}

/** Others' conditions stay. A time says when a condition last changed. */
function withConditions(
  before: readonly Condition[],
  time: string,
  own: Readonly<Record<string, boolean>>,
): readonly Condition[] {
  const others = before.filter(({ type }) => !Object.hasOwn(own, type));
  const ours = Object.entries(own).map(([type, holds]) => {
    const status = holds ? 'True' : 'False';
    const same = before.find((condition) => condition.type === type && condition.status === status);
    return same ?? { type, status, lastProbeTime: null, lastTransitionTime: time };
  });
  return [...ours, ...others];
}
