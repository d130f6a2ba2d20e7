import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { objectPath } from '../support/cluster/api-client.ts';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import { kubectl } from '../support/cluster/kubectl.ts';
import { newEndpoint, target, web } from '../support/cluster/objects.ts';
import { until } from '../support/until.ts';

const manifests = fileURLToPath(new URL('../../manifests/base', import.meta.url));
const account = 'system:serviceaccount:kube-system:portolan';

/** The role that an API server makes for kube-proxy is bound to this user. */
const kubeProxy = 'system:kube-proxy';
const tokens = {
  'token-of-kube-proxy': { user: kubeProxy, groups: [] },
  'token-of-little': { user: 'little', groups: [] },
};

atApiServer(
  'where roles say what may be asked',
  { flags: ['--authorization-mode=RBAC'], tokens },
  (cluster) => {
    async function followsChanges(token: string): Promise<void> {
      await using node = await cluster().addNode();
      const { service, slice, endpoint } = web();
      await cluster().api.create(service, slice);
      const portolan = await node.startPortolan([], { user: { token } });
      await portolan.programmed();
      expect(await node.nftables()).toContain(target(endpoint));
      const other = newEndpoint();
      await cluster().api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
      await until(node.nftables, (rules) => rules.includes(target(other)));
    }

    /** What a user was refused, as `verb resource`. */
    async function refusals(user: string): Promise<readonly string[]> {
      const requests = await cluster().plane.requests();
      const refused = requests.filter((request) => request.user === user && request.status === 403);
      return [...new Set(refused.map(({ verb, resource }) => `${verb} ${resource}`))];
    }

    async function tokenOfManifests(): Promise<string> {
      const { api } = cluster();
      await until(
        () =>
          api.get('/api/v1/namespaces/kube-system').then(
            () => true,
            () => false,
          ),
        (there) => there,
      );
      await kubectl(cluster(), ['apply', '--kustomize', manifests]);
      const answer = await api.post<{ readonly status: { readonly token: string } }>(
        '/api/v1/namespaces/kube-system/serviceaccounts/portolan/token',
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      );
      return answer.status.token;
    }

    test('the role of the manifests is enough', async () => {
      await followsChanges(await tokenOfManifests());
      expect(await refusals(account)).toEqual([]);
    });

    test('the role of kube-proxy is enough', async () => {
      await followsChanges('token-of-kube-proxy');
      expect(await refusals(kubeProxy)).toEqual([]);
    });

    test('ServiceCIDRs and events can be done without', async () => {
      await cluster().api.create(littleRole, littleBinding);
      await followsChanges('token-of-little');
      const refused = await until(
        () => refusals('little'),
        (all) => all.includes('create events'),
      );
      expect(refused.toSorted()).toEqual(['create events', 'watch servicecidrs']);
    });

    test('events tell of the start and of Services that ask for the same address', async () => {
      await using node = await cluster().addNode();
      // Each node tells of a Service at another time within a minute; of many, one comes soon.
      const claimants = Array.from({ length: 12 }, () => web({ spec: { externalIPs: ['198.51.100.7'] } }));
      for (const { service } of claimants) await cluster().api.create(service);
      const portolan = await node.startPortolan([], { user: { token: await tokenOfManifests() } });
      await portolan.programmed();
      const eventsOf = (reason: string) => () =>
        kubectl(cluster(), ['get', 'events', '--field-selector', `reason=${reason}`]);
      await until(eventsOf('Starting'), (text) => text.includes(`node/${node.name}`));
      const conflicts = await until(eventsOf('AddressConflict'), (text) => text.includes('service/web-'));
      const [name = ''] = /web-\d+/.exec(conflicts) ?? [];
      expect(await kubectl(cluster(), ['describe', 'service', name])).toMatch(
        /Warning +AddressConflict .*198\.51\.100\.7.* belongs to Service default\/web-\d+/,
      );
    });
  },
);

const littleRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'little' },
  rules: [
    { apiGroups: [''], resources: ['services', 'nodes'], verbs: ['list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ],
};

const littleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'little' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'little' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'little' }],
};
