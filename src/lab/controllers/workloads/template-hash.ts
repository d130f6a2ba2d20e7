import { createHash } from 'node:crypto';
import type { PodTemplate } from '../../api/kinds/pod.ts';
import { isObject } from '../../api/store/api-object.ts';

/** The label that tells the Pods of one version of a template from those of another. */
export const hashLabel = 'pod-template-hash';

/** The same for the same template, however its members are ordered. */
export function templateHash(template: PodTemplate): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(ordered(template)))
    .digest();
  return [...digest.subarray(0, 9)].map((byte) => letters[byte % letters.length]).join('');
}

/** None that would make words (apimachinery, util/rand). */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, ordered(member)]));
}
