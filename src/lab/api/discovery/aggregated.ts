import { allResources, groupResource, type ServedResource } from '../store/resources.ts';
import { subresourcesOf } from './subresources.ts';
import { objectVerbs } from './verbs.ts';

/** All kinds under `/api` or `/apis` in one answer (apidiscovery.k8s.io/v2), which spares clients a request a version. */
export function aggregatedGroups(path: '/api' | '/apis'): unknown {
  const below = allResources.filter((served) => served.path.startsWith(`${path}/`));
  const versions = [...new Set(below.map(({ apiVersion }) => apiVersion))];
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: versions.map((version) => group(version, below)),
  };
}

function group(apiVersion: string, resources: readonly ServedResource[]): unknown {
  const [version = '', name = ''] = apiVersion.split('/').reverse();
  const own = resources.filter((served) => served.apiVersion === apiVersion);
  return {
    metadata: { name },
    versions: [
      { version, resources: own.map((served) => entry(served, name, version)), freshness: 'Current' },
    ],
  };
}

function entry(served: ServedResource, group: string, version: string): unknown {
  const { kind, singular, namespaced, shortNames, inAll } = served;
  return {
    resource: groupResource(served).resource,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: objectVerbs,
    shortNames,
    categories: inAll ? ['all'] : [],
    subresources: subresourcesOf(served).map((part) => ({
      subresource: part.name,
      responseKind: { group: part.group ?? group, version: part.version ?? version, kind: part.kind },
      verbs: part.verbs,
    })),
  };
}
