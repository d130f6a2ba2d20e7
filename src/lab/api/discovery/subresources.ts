import type { ServedResource } from '../store/resources.ts';
import { partVerbs, type Subresource } from './verbs.ts';

/** The parts of an object that have a path of their own. */
export function subresourcesOf({ kind, statusApart, scalable }: ServedResource): readonly Subresource[] {
  return [
    ...(statusApart ? [{ name: 'status', kind, verbs: partVerbs }] : []),
    ...(scalable
      ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: partVerbs }]
      : []),
    ...(kind === 'Pod' ? podParts : []),
  ];
}

const podParts: readonly Subresource[] = [
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
];
