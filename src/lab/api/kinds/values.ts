import { z } from 'zod';

/** Values that many kinds have. Whether a number is in its range is a matter of validation, not of shape. */

export const port = z.int();
export const count = z.int();
export const protocol = z.string();
export const texts = z.record(z.string(), z.string());
/** A number of a port, or a name of one. */
export const intOrString = z.union([z.int(), z.string()]);

export const labelSelector = z.looseObject({
  matchLabels: texts.optional(),
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});
export type LabelSelector = z.infer<typeof labelSelector>;
