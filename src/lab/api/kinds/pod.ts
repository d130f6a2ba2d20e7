import { z } from 'zod';
import { count, port, protocol, texts } from './values.ts';

/** Shapes of the fields that the lab reads; all others pass through as they are. */

const containerPort = z.looseObject({
  name: z.string().optional(),
  containerPort: port,
  protocol: protocol.optional(),
  hostPort: port.optional(),
});

const container = z.looseObject({
  name: z.string(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
  ports: z.array(containerPort).optional(),
  readinessProbe: z.looseObject({}).optional(),
});
export type Container = z.infer<typeof container>;

export const podSpec = z.looseObject({
  containers: z.array(container),
  initContainers: z.array(container).optional(),
  nodeName: z.string().optional(),
  nodeSelector: texts.optional(),
  hostNetwork: z.boolean().optional(),
  hostname: z.string().optional(),
  subdomain: z.string().optional(),
  restartPolicy: z.string().optional(),
  terminationGracePeriodSeconds: count.optional(),
  dnsPolicy: z.string().optional(),
  tolerations: z
    .array(
      z.looseObject({
        key: z.string().optional(),
        operator: z.string().optional(),
        value: z.string().optional(),
        effect: z.string().optional(),
      }),
    )
    .optional(),
});
export type PodSpec = z.infer<typeof podSpec>;

export const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
});
export type Condition = z.infer<typeof condition>;

const podStatus = z.looseObject({
  phase: z.string().optional(),
  conditions: z.array(condition).optional(),
  podIP: z.string().optional(),
  podIPs: z.array(z.looseObject({ ip: z.string() })).optional(),
  hostIP: z.string().optional(),
  hostIPs: z.array(z.looseObject({ ip: z.string() })).optional(),
  startTime: z.string().optional(),
  containerStatuses: z
    .array(
      z.looseObject({
        name: z.string(),
        ready: z.boolean().optional(),
        restartCount: count.optional(),
        state: z.looseObject({}).optional(),
      }),
    )
    .optional(),
});

export const podShape = z.looseObject({ spec: podSpec, status: podStatus.optional() });

export const podTemplate = z.looseObject({
  metadata: z
    .looseObject({
      name: z.string().optional(),
      labels: texts.optional(),
      annotations: texts.optional(),
    })
    .optional(),
  spec: podSpec,
});
export type PodTemplate = z.infer<typeof podTemplate>;
