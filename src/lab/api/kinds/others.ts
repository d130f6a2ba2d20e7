import { z } from 'zod';
import { texts } from './values.ts';

export const namespaceShape = z.looseObject({
  spec: z.looseObject({ finalizers: z.array(z.string()).optional() }).optional(),
  status: z.looseObject({ phase: z.string().optional() }).optional(),
});

export const configMapShape = z.looseObject({ data: texts.optional(), binaryData: texts.optional() });

export const serviceCIDRShape = z.looseObject({
  spec: z.looseObject({ cidrs: z.array(z.string()) }),
});

/** In the form of events.k8s.io/v1, in which events are kept; v1 is another view of the same. */
export const eventShape = z.looseObject({
  type: z.string().optional(),
  reason: z.string().optional(),
  note: z.string().optional(),
  regarding: z.looseObject({}).optional(),
});
