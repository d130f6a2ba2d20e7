import { expect, test } from 'vitest';
import { fieldsByType } from '../../../../src/lab/api/fields/known-fields.ts';
import { shapes } from '../../../../src/lab/api/kinds/kinds.ts';

test('every type that is named is there', () => {
  const named = Object.values(fieldsByType).flatMap((fields) => Object.values(fields));
  for (const type of named) if (type !== undefined) expect(fieldsByType).toHaveProperty(type);
});

test('every kind that people write has its fields', () => {
  for (const [kind, { shape }] of Object.entries(shapes)) {
    if (kind === 'Event') continue;
    for (const field of Object.keys(shape)) expect(fieldsByType[kind]).toHaveProperty(field);
    const spec = fieldsByType[`${kind}Spec`];
    const specShape: unknown = 'spec' in shape ? shape.spec : undefined;
    if (typeof specShape !== 'object' || specShape === null || !('shape' in specShape)) continue;
    for (const field of Object.keys(specShape.shape ?? {})) expect(spec).toHaveProperty(field);
  }
});
