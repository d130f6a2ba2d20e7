import type { Kind } from '../kinds/kinds.ts';
import type { Admission } from '../store/admission.ts';
import type { ApiObject } from '../store/api-object.ts';
import type { Objects } from '../store/objects.ts';
import { Refusal } from '../store/refusal.ts';
import type { ServedResource } from '../store/resources.ts';
import { checkShape } from './check-shape.ts';
import { invalidObject } from './faults.ts';
import { type KindTable, kindTable } from './kind-table.ts';
import { initialNamespaces, protectedNamespace, requireNamespace, validateMetadata } from './metadata.ts';
import type { ServiceNetwork } from './services/service-network.ts';
import type { Context, KindRules, Written } from './written.ts';

/** Defaults, validation and allocation as a real API server does them, for what a lab needs. */
export function labAdmission(network: ServiceNetwork): Admission {
  const table = kindTable(network);
  return {
    create(object, resource, objects) {
      const written = checkShape(resource.kind, object);
      requireNamespace(resource, written.metadata, objects);
      return admit(table, resource, written, undefined, objects);
    },
    update(before, object, resource, objects, part) {
      const written = checkShape(resource.kind, object);
      if (part === 'status') return written;
      return admit(table, resource, written, checkShape(resource.kind, before), objects);
    },
    remove({ kind, metadata }, resource) {
      if (kind === 'Namespace' && initialNamespaces.includes(metadata.name))
        throw new Refusal(protectedNamespace(resource, metadata.name));
    },
  };
}

function admit<K extends Kind>(
  table: KindTable,
  resource: ServedResource,
  written: Written<K>,
  before: Written<K> | undefined,
  objects: Objects,
): ApiObject {
  const rules: KindRules<K> = table[resource.kind] as KindRules<K>;
  const context: Context<K> = { before, objects };
  const complete = rules.complete?.(written, context) ?? written;
  const faults = [
    ...validateMetadata(resource, complete.metadata),
    ...(rules.validate?.(complete, context) ?? []),
  ];
  const refuse = (found: typeof faults) =>
    new Refusal(invalidObject(resource, complete.metadata.name, found));
  if (faults.length > 0) throw refuse(faults);
  const allocated = rules.allocate?.(complete, context) ?? { object: complete };
  if ('faults' in allocated) throw refuse([...allocated.faults]);
  return allocated.object;
}
