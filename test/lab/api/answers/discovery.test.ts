import { expect, test } from 'vitest';
import { createStore } from '../../../../src/lab/api/create-store.ts';
import { servedResources } from '../../../../src/lab/api/store/resources.ts';
import { ask } from '../../../support/lab-api/ask-store.ts';

const store = createStore({ families: ['IPv4'] });
const get = (path: string, accept = '') => ask(store, 'GET', path, { accept }).body;

test('every kind is found by both ways of discovery, with the same paths', () => {
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  for (const { kind, apiVersion, path, namespaced } of Object.values(servedResources)) {
    const root = apiVersion === 'v1' ? '/api' : '/apis';
    const plural = path.slice(path.lastIndexOf('/') + 1);
    const { resources } = get(`${root}/${apiVersion}`);
    expect(resources).toContainEqual(expect.objectContaining({ name: plural, kind, namespaced }));
    const [version, group = ''] = apiVersion.split('/').reverse();
    const found = get(root, aggregated).items.find(
      ({ metadata }: { metadata: { name: string } }) => metadata.name === group,
    );
    expect(found.versions[0]).toMatchObject({ version });
    expect(found.versions[0].resources).toContainEqual(
      expect.objectContaining({ resource: plural, scope: namespaced ? 'Namespaced' : 'Cluster' }),
    );
  }
});

test('parts of objects are told', () => {
  const { resources } = get('/apis/apps/v1');
  expect(resources).toContainEqual(
    expect.objectContaining({
      name: 'deployments/scale',
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
    }),
  );
});

test('groups, versions and health are told', () => {
  expect(get('/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  expect(get('/apis').groups).toContainEqual(expect.objectContaining({ name: 'apps' }));
  expect(get('/apis/apps')).toMatchObject({
    kind: 'APIGroup',
    preferredVersion: { groupVersion: 'apps/v1' },
  });
  expect(get('/version')).toMatchObject({ major: '1', minor: '36' });
});

test('the server says that it checks fields itself, so that clients need no schemas', () => {
  const { paths } = get('/openapi/v3');
  expect(paths['apis/apps/v1']).toEqual({ serverRelativeURL: '/openapi/v3/apis/apps/v1' });
  const { paths: ofApps } = get('/openapi/v3/apis/apps/v1');
  const { patch } = ofApps['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
  expect(patch.parameters).toContainEqual(expect.objectContaining({ name: 'fieldValidation', in: 'query' }));
  expect(patch['x-kubernetes-group-version-kind']).toEqual({
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
  });
});
