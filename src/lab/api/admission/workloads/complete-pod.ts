import type { Container, PodSpec } from '../../kinds/pod.ts';
import { type Context, defined, type Written } from '../written.ts';

/** Defaults of a Pod, and the status that a new one has. */
export function completePod(object: Written<'Pod'>, { before }: Context<'Pod'>): Written<'Pod'> {
  const spec = { enableServiceLinks: true, ...completePodSpec(object.spec) };
  return { ...object, spec, ...(before === undefined ? { status: { phase: 'Pending' } } : {}) };
}

/** Defaults of the Pods of a template (pkg/apis/core/v1/defaults.go), as far as they mean something here. */
export function completePodSpec(given: PodSpec): PodSpec {
  const { containers, initContainers, ...spec } = given;
  return defined({
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    ...spec,
    containers: containers.map((container) => completeContainer(container, spec.hostNetwork === true)),
    ...(initContainers === undefined
      ? {}
      : { initContainers: initContainers.map((container) => completeContainer(container, false)) }),
  });
}

function completeContainer({ ports, ...container }: Container, onHost: boolean): Container {
  return {
    ...container,
    resources: container.resources ?? {},
    ...(ports === undefined
      ? {}
      : {
          ports: ports.map((port) => ({
            ...port,
            ...(onHost ? { hostPort: port.containerPort } : {}),
            protocol: port.protocol ?? 'TCP',
          })),
        }),
  };
}
