import { allResources, groupResource, type ServedResource } from '../store/resources.ts';
import { subresourcesOf } from './subresources.ts';
import { objectVerbs } from './verbs.ts';

/** The groups with a name, each in its one version. */
export function describeGroups(): readonly unknown[] {
  const versions = new Set(allResources.map(({ apiVersion }) => apiVersion));
  return [...versions].filter((version) => version.includes('/')).map(group);
}

/** `/apis/apps`: one group. */
export function describeGroup(path: string): unknown {
  const name = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  const found = allResources.find((served) => name !== undefined && groupResource(served).group === name);
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...group(found.apiVersion) };
}

/** `/api/v1`, `/apis/apps/v1`: the kinds of one version. */
export function describeVersion(path: string): unknown {
  const groupVersion = /^\/(?:api|apis)\/(.+)$/.exec(path)?.[1];
  const ofVersion = allResources.filter(({ apiVersion }) => apiVersion === groupVersion);
  if (ofVersion.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: ofVersion.flatMap(entries) };
}

function group(groupVersion: string) {
  const [name = '', version = ''] = groupVersion.split('/');
  const only = { groupVersion, version };
  return { name, versions: [only], preferredVersion: only };
}

function entries(served: ServedResource): readonly unknown[] {
  const { resource } = groupResource(served);
  const { kind, singular, namespaced, shortNames, inAll } = served;
  const itself = {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs: objectVerbs,
    shortNames,
    categories: inAll ? ['all'] : [],
  };
  const parts = subresourcesOf(served).map(({ name, ...part }) => ({
    name: `${resource}/${name}`,
    singularName: '',
    namespaced,
    ...part,
  }));
  return [itself, ...parts];
}
