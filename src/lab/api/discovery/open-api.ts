import { allResources, type ServedResource } from '../store/resources.ts';

/**
 * What kubectl asks before it applies: whether the server checks fields itself (`fieldValidation` of a patch), so that it need
 * not know the schemas. There are none here.
 */
export function describeOpenApi(path: string): unknown {
  if (path === '/openapi/v3') return index();
  const version = /^\/openapi\/v3\/apis?\/(.+)$/.exec(path)?.[1];
  const resources = allResources.filter(({ apiVersion }) => apiVersion === version);
  if (resources.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.0' },
    components: { schemas: {} },
    paths: Object.fromEntries(resources.map((served) => [objectPath(served), operations(served)])),
  };
}

function index(): unknown {
  const roots = new Set(allResources.map(({ path }) => path.slice(1, path.lastIndexOf('/'))));
  return {
    paths: Object.fromEntries([...roots].map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}` }])),
  };
}

function objectPath({ path, namespaced }: ServedResource): string {
  const at = path.lastIndexOf('/');
  return namespaced
    ? `${path.slice(0, at)}/namespaces/{namespace}${path.slice(at)}/{name}`
    : `${path}/{name}`;
}

function operations({ kind, apiVersion }: ServedResource): unknown {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const ofKind = { 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {} };
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  }));
  return {
    get: { 'x-kubernetes-action': 'get', ...ofKind },
    patch: { 'x-kubernetes-action': 'patch', ...ofKind, parameters },
  };
}
