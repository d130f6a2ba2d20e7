import type { Problem } from '../../state/problem.ts';
import type { Written } from '../api/admission/written.ts';
import type { Kind } from '../api/kinds/kinds.ts';
import type { ApiObject } from '../api/store/api-object.ts';

/** An object as a file has it, and where it stands there: `objects.yaml:12`. */
export interface Found {
  readonly object: ApiObject;
  readonly origin?: string;
}

/** Objects of a file whose types are right, by kind, with their uid and owners still on them. */
export class Dump {
  readonly #objects = new Map<Kind, Written<Kind>[]>();

  add<K extends Kind>(kind: K, object: Written<K>): void {
    this.#objects.set(kind, [...(this.#objects.get(kind) ?? []), object as Written<Kind>]);
  }

  list<K extends Kind>(kind: K, namespace?: string): readonly Written<K>[] {
    const all = (this.#objects.get(kind) ?? []) as unknown as readonly Written<K>[];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  get<K extends Kind>(kind: K, name: string, namespace?: string): Written<K> | undefined {
    return this.list(kind, namespace).find(({ metadata }) => metadata.name === name);
  }
}

/** `Deployment shop/web`. */
export function titleOf(object: Written<Kind>): string {
  const { name, namespace } = object.metadata;
  return `${String(object.kind)} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What a step of the rebuilding gives. */
export interface Step {
  readonly objects: readonly ApiObject[];
  readonly problems: readonly Problem[];
}
