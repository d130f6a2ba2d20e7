import { nameRules } from '../../../state/object-names.ts';
import type { Kind } from '../kinds/kinds.ts';
import type { Objects } from '../store/objects.ts';
import { failure, Refusal, type Status } from '../store/refusal.ts';
import { fullName, type ServedResource } from '../store/resources.ts';
import { type Fault, labels, named } from './faults.ts';
import type { WrittenMetadata } from './written.ts';

/** Kinds whose names are parts of host names. */
const namedAsLabel: ReadonlySet<Kind> = new Set(['Namespace', 'Service']);

/** What is wrong with the name and the labels. */
export function validateMetadata({ kind }: ServedResource, metadata: WrittenMetadata): readonly Fault[] {
  const rule = namedAsLabel.has(kind) ? nameRules.label : nameRules.subdomain;
  return [...named('metadata.name', metadata.name, rule), ...labels('metadata.labels', metadata.labels)];
}

/** Throws a `Refusal` where the Namespace is not there, or about to go. */
export function requireNamespace(
  resource: ServedResource,
  { name, namespace = '' }: WrittenMetadata,
  objects: Objects,
): void {
  if (!resource.namespaced) return;
  const found = objects.get('Namespace', namespace);
  if (found === undefined)
    throw new Refusal(
      failure(404, 'NotFound', `namespaces "${namespace}" not found`, {
        name: namespace,
        kind: 'namespaces',
      }),
    );
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new Refusal(failure(403, 'Forbidden', `${fullName(resource)} "${name}" is forbidden: ${why}`));
}

/** What every cluster has; they stay. */
export const initialNamespaces: readonly string[] = ['default', 'kube-system'];

export function protectedNamespace(resource: ServedResource, name: string): Status {
  const why = 'this namespace may not be deleted';
  return failure(403, 'Forbidden', `${fullName(resource)} "${name}" is forbidden: ${why}`);
}
