import { allResources, type ServedResource } from './resources.ts';

/** What a path asks for. */
export interface Target {
  readonly resource: ServedResource;
  /** `undefined`: all of them. */
  readonly namespace: string | undefined;
  /** `undefined`: all objects. */
  readonly name: string | undefined;
  /** `status`, `scale`, `eviction`, …: a part of the object, or something done with it. */
  readonly subresource: string | undefined;
}

const versions = '/api/v1|/apis/[^/]+/[^/]+';
const inNamespace = new RegExp(
  `^(${versions})/namespaces/([^/]+)/(?!status$|finalize$)([^/]+)(?:/([^/]+))?(?:/([^/]+))?$`,
);
const inCluster = new RegExp(`^(${versions})/([^/]+)(?:/([^/]+))?(?:/([^/]+))?$`);

/** `undefined` where the server has nothing under the path. */
export function targetOf(path: string): Target | undefined {
  const [, base, namespace, plural, name, subresource] =
    inNamespace.exec(path) ?? withoutNamespace(inCluster.exec(path)) ?? [];
  const resource = allResources.find((served) => served.path === `${base}/${plural}`);
  if (resource === undefined) return undefined;
  // A name needs its namespace, and a namespace a kind that is in one.
  if (namespace !== undefined ? !resource.namespaced : resource.namespaced && name !== undefined)
    return undefined;
  return { resource, namespace, name, subresource };
}

function withoutNamespace(found: RegExpExecArray | null): readonly (string | undefined)[] | undefined {
  if (found === null) return undefined;
  const [all, base, ...rest] = found;
  return [all, base, undefined, ...rest];
}
