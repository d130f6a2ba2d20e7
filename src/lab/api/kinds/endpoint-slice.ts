import { z } from 'zod';
import { port, protocol, texts } from './values.ts';

const endpoint = z.looseObject({
  addresses: z.array(z.string()),
  conditions: z
    .looseObject({
      ready: z.boolean().optional(),
      serving: z.boolean().optional(),
      terminating: z.boolean().optional(),
    })
    .optional(),
  hostname: z.string().optional(),
  nodeName: z.string().optional(),
  zone: z.string().optional(),
  hints: z
    .looseObject({
      forZones: z.array(z.looseObject({ name: z.string() })).optional(),
      forNodes: z.array(z.looseObject({ name: z.string() })).optional(),
    })
    .optional(),
  targetRef: z.looseObject({ name: z.string().optional(), uid: z.string().optional() }).optional(),
});
export type Endpoint = z.infer<typeof endpoint>;

const endpointPort = z.looseObject({
  name: z.string().optional(),
  protocol: protocol.optional(),
  port: port.optional(),
  appProtocol: z.string().optional(),
});
export type EndpointPort = z.infer<typeof endpointPort>;

export const endpointSliceShape = z.looseObject({
  addressType: z.string(),
  endpoints: z.array(endpoint).optional(),
  ports: z.array(endpointPort).optional(),
  metadata: z.looseObject({ labels: texts.optional() }),
});
