import { expect, test } from 'vitest';
import { resources } from '../../src/sources/cluster/resources.ts';
import { readManifest } from '../support/manifests/kustomization.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const role = readManifest('manifests/base/cluster-role.yaml');
const rules = role.rules as readonly Rule[];

test('the role allows to list and watch what the proxy follows, to tell events, and nothing else', () => {
  const followed = resources('harbour', '').map(({ path }) => ({
    ...groupOf(path),
    verbs: ['list', 'watch'],
  }));
  const events = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };
  expect(sorted(rules)).toEqual(sorted([...followed, events]));
});

test('the role is bound to the service account of the pods', () => {
  expect(readManifest('manifests/base/cluster-role-binding.yaml')).toMatchObject({
    roleRef: { kind: role.kind, name: role.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: 'portolan', namespace: 'kube-system' }],
  });
  expect(readManifest('manifests/base/service-account.yaml').metadata.name).toBe('portolan');
  expect(readManifest('manifests/base/daemon-set.yaml')).toMatchObject({
    spec: { template: { spec: { serviceAccountName: 'portolan' } } },
  });
});

/** `/api/v1/services` is of the core group, `/apis/GROUP/v1/servicecidrs` of a named one. */
function groupOf(path: string): Pick<Rule, 'apiGroups' | 'resources'> {
  const [, root, ...rest] = path.split('/');
  const [group = '', , resource = ''] = root === 'api' ? ['', ...rest] : rest;
  return { apiGroups: [group], resources: [resource] };
}

function sorted(list: readonly Rule[]): readonly Rule[] {
  return list.toSorted((a, b) => String(a.resources).localeCompare(String(b.resources)));
}
