import { z } from 'zod';
import { count, intOrString, port, protocol, texts } from './values.ts';

const servicePort = z.looseObject({
  name: z.string().optional(),
  protocol: protocol.optional(),
  port,
  targetPort: intOrString.optional(),
  nodePort: port.optional(),
  appProtocol: z.string().optional(),
});
export type ServicePort = z.infer<typeof servicePort>;

const serviceSpec = z.looseObject({
  type: z.string().optional(),
  selector: texts.optional(),
  ports: z.array(servicePort).optional(),
  clusterIP: z.string().optional(),
  clusterIPs: z.array(z.string()).optional(),
  ipFamilies: z.array(z.string()).optional(),
  ipFamilyPolicy: z.string().optional(),
  externalIPs: z.array(z.string()).optional(),
  externalName: z.string().optional(),
  internalTrafficPolicy: z.string().optional(),
  externalTrafficPolicy: z.string().optional(),
  healthCheckNodePort: port.optional(),
  sessionAffinity: z.string().optional(),
  sessionAffinityConfig: z
    .looseObject({ clientIP: z.looseObject({ timeoutSeconds: count.optional() }).optional() })
    .optional(),
  publishNotReadyAddresses: z.boolean().optional(),
  trafficDistribution: z.string().optional(),
  loadBalancerIP: z.string().optional(),
  loadBalancerSourceRanges: z.array(z.string()).optional(),
  loadBalancerClass: z.string().optional(),
  allocateLoadBalancerNodePorts: z.boolean().optional(),
});
export type ServiceSpec = z.infer<typeof serviceSpec>;

export const serviceShape = z.looseObject({
  spec: serviceSpec,
  status: z
    .looseObject({
      loadBalancer: z
        .looseObject({
          ingress: z
            .array(z.looseObject({ ip: z.string().optional(), hostname: z.string().optional() }))
            .optional(),
        })
        .optional(),
    })
    .optional(),
});
