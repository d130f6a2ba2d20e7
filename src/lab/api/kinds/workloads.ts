import { z } from 'zod';
import { condition, podTemplate } from './pod.ts';
import { count, intOrString, labelSelector } from './values.ts';

const status = z.looseObject({
  observedGeneration: count.optional(),
  replicas: count.optional(),
  readyReplicas: count.optional(),
  availableReplicas: count.optional(),
  updatedReplicas: count.optional(),
  conditions: z.array(condition).optional(),
});

export const deploymentShape = z.looseObject({
  spec: z.looseObject({
    replicas: count.optional(),
    selector: labelSelector,
    template: podTemplate,
    paused: z.boolean().optional(),
    revisionHistoryLimit: count.optional(),
    strategy: z
      .looseObject({
        type: z.string().optional(),
        rollingUpdate: z
          .looseObject({ maxSurge: intOrString.optional(), maxUnavailable: intOrString.optional() })
          .optional(),
      })
      .optional(),
  }),
  status: status.optional(),
});

export const replicaSetShape = z.looseObject({
  spec: z.looseObject({ replicas: count.optional(), selector: labelSelector, template: podTemplate }),
  status: status.optional(),
});

export const statefulSetShape = z.looseObject({
  spec: z.looseObject({
    replicas: count.optional(),
    serviceName: z.string().optional(),
    selector: labelSelector,
    template: podTemplate,
    podManagementPolicy: z.string().optional(),
  }),
  status: status.optional(),
});

export const daemonSetShape = z.looseObject({
  spec: z.looseObject({ selector: labelSelector, template: podTemplate }),
  status: z.looseObject({ observedGeneration: count.optional() }).optional(),
});
