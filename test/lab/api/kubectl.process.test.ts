import { dump } from 'js-yaml';
import { beforeEach, describe, expect, test } from 'vitest';
import { startApiServer } from '../../../src/lab/api/start-api-server.ts';
import type { ApiObject } from '../../../src/lab/api/store/api-object.ts';
import { Kubectl, kubectlUnavailable } from '../../support/lab-api/kubectl.ts';
import { service, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';

const unavailable = kubectlUnavailable();

beforeEach(({ skip }) => {
  if (unavailable) skip(unavailable);
});

/** A cluster whose kubelets work at once, its API server, and kubectl for it. */
async function open() {
  const cluster = new SmallCluster({ zones: ['a', 'b'] });
  const end = cluster.store.watch(({ kind }) => kind === 'Pod' && setImmediate(() => void cluster.run()));
  const server = startApiServer({ store: cluster.store, logs: async (pod) => `log of ${pod}\n` });
  const kubectl = await Kubectl.for(await server.listen({ host: '127.0.0.1', port: 0 }));
  return {
    cluster,
    kubectl,
    async [Symbol.asyncDispose]() {
      end();
      await kubectl[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      cluster[Symbol.dispose]();
    },
  };
}

const manifest = (...objects: readonly ApiObject[]) => objects.map((object) => dump(object)).join('---\n');
const web = (replicas: number, image = 'a') => workload('Deployment', 'web', { replicas }, { image });
const fromInput = ['-f', '-'];

describe('kubectl', () => {
  test('applies a manifest, and a change of it', async () => {
    await using lab = await open();
    const { kubectl } = lab;
    expect(await kubectl.run(['apply', ...fromInput], manifest(web(2), service('web')))).toBe(
      'deployment.apps/web created\nservice/web created',
    );
    expect(await kubectl.run(['apply', ...fromInput], manifest(web(2), service('web')))).toBe(
      'deployment.apps/web unchanged\nservice/web unchanged',
    );
    const changed = service('web', { ports: [{ name: 'http', port: 8080 }] });
    expect(await kubectl.run(['apply', ...fromInput], manifest(web(3), changed))).toBe(
      'deployment.apps/web configured\nservice/web configured',
    );
    expect(lab.cluster.store.get('Service', 'default/web')?.spec.ports).toEqual([
      { name: 'http', port: 8080, protocol: 'TCP', targetPort: 8080 },
    ]);
    await kubectl.run(['rollout', 'status', 'deployment/web']);
    expect(lab.cluster.pods()).toHaveLength(3);
  });

  test('applies on the side of the server, and shows what would change', async () => {
    await using lab = await open();
    const { kubectl } = lab;
    const given = manifest(web(1), service('web'));
    await kubectl.run(['apply', '--server-side', ...fromInput], given);
    await kubectl.run(['rollout', 'status', 'deployment/web']);
    await kubectl.run(['apply', '--server-side', ...fromInput], given);
    expect(await kubectl.try(['diff', '--server-side', ...fromInput], given)).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout } = await kubectl.try(['diff', '--server-side', ...fromInput], manifest(web(2)));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^\+ {2}replicas: 2$/m);
  });

  test('shows tables', async () => {
    await using lab = await open();
    const { kubectl } = lab;
    await kubectl.run(['apply', ...fromInput], manifest(web(1), service('web', { type: 'NodePort' })));
    await kubectl.run(['rollout', 'status', 'deployment/web']);
    const table = async (...args: readonly string[]) => await kubectl.run(['get', ...args]);
    expect(await table('services', '-o', 'wide')).toMatch(
      /^web +NodePort +10\.96\.0\.17 +<none> +80:30086\/TCP +\S+ +app=web$/m,
    );
    expect(await table('pods', '-o', 'wide')).toMatch(
      /^web-\S+ +\d\/1 +Running +0 +\S+ +10\.244\.\S+ +node-\d +<none> +<none>$/m,
    );
    expect(await table('nodes')).toMatch(/^node-0 +Ready +<none> +/m);
    expect(await table('endpointslices')).toMatch(/^web-\S+ +IPv4 +80 +10\.244\./m);
    expect(await table('all')).toMatch(/^deployment\.apps\/web +1\/1 +1 +1 /m);
    expect(await table('namespaces')).toMatch(/^kube-system +Active /m);
  });

  test('creates, exposes, scales, restarts, undoes and deletes', async () => {
    await using lab = await open();
    const { cluster, kubectl } = lab;
    await kubectl.run(['create', 'namespace', 'shop']);
    const inShop = (...args: readonly string[]) => kubectl.run(['--namespace', 'shop', ...args]);
    await inShop('create', 'deployment', 'api', '--image=a', '--replicas=2', '--port=8080');
    await inShop('expose', 'deployment', 'api', '--port=80', '--target-port=8080');
    await inShop('rollout', 'status', 'deployment/api');
    expect(cluster.store.get('Service', 'shop/api')?.spec).toMatchObject({
      selector: { app: 'api' },
      clusterIP: '10.96.0.17',
    });
    await inShop('scale', 'deployment/api', '--replicas=3');
    await inShop('rollout', 'restart', 'deployment/api');
    await inShop('set', 'image', 'deployment/api', 'a=b');
    await inShop('rollout', 'undo', 'deployment/api');
    await inShop('rollout', 'status', 'deployment/api');
    expect(cluster.pods('shop').map(({ spec }) => spec.containers[0]?.image)).toEqual(['a', 'a', 'a']);
    await kubectl.run(['delete', 'namespace', 'shop']);
    expect(cluster.store.list('Pod')).toEqual([]);
  });

  test('patches, labels and annotates', async () => {
    await using lab = await open();
    const { cluster, kubectl } = lab;
    await kubectl.run(['create', ...fromInput], manifest(service('web')));
    const patch = (type: string, text: string) =>
      kubectl.run(['patch', 'service', 'web', `--type=${type}`, '-p', text]);
    await patch('strategic', '{"spec":{"sessionAffinity":"ClientIP"}}');
    await patch('merge', '{"spec":{"selector":{"tier":"x"}}}');
    await patch('json', '[{"op":"replace","path":"/spec/ports/0/port","value":81}]');
    await kubectl.run(['label', 'service', 'web', 'a=b']);
    await kubectl.run(['annotate', 'service', 'web', 'c=d']);
    expect(cluster.store.get('Service', 'default/web')).toMatchObject({
      metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
      spec: { sessionAffinity: 'ClientIP', selector: { app: 'web', tier: 'x' }, ports: [{ port: 81 }] },
    });
  });

  test('edits', async () => {
    await using lab = await open();
    await lab.kubectl.run(['create', ...fromInput], manifest(service('web')));
    const { stdout } = await lab.kubectl.try(
      ['edit', 'service', 'web'],
      '',
      "sed -i 's/port: 80$/port: 81/'",
    );
    expect(stdout).toBe('service/web edited');
    expect(lab.cluster.store.get('Service', 'default/web')?.spec.ports?.[0]?.port).toBe(81);
  });

  test('describes', async () => {
    await using lab = await open();
    const { kubectl } = lab;
    await kubectl.run(['apply', ...fromInput], manifest(web(1), service('web')));
    await kubectl.run(['rollout', 'status', 'deployment/web']);
    expect(await kubectl.run(['describe', 'service', 'web'])).toMatch(/^Endpoints: +10\.244\.\S+:80$/m);
    expect(await kubectl.run(['describe', 'deployment', 'web'])).toMatch(
      /^Replicas: +1 desired \| 1 updated \| 1 total/m,
    );
    expect(await kubectl.run(['describe', 'pods'])).toMatch(/^Controlled By: +ReplicaSet\/web-/m);
    expect(await kubectl.run(['describe', 'node', 'node-0'])).toMatch(/^PodCIDR: +10\.244\.\d\.0\/24$/m);
  });

  test('drains a Node, and shows logs', async () => {
    await using lab = await open();
    const { cluster, kubectl } = lab;
    await kubectl.run(['apply', ...fromInput], manifest(web(2)));
    await kubectl.run(['rollout', 'status', 'deployment/web']);
    expect(await kubectl.run(['logs', 'deployment/web'])).toMatch(/^log of default\/web-/);
    await kubectl.run(['drain', 'node-0']);
    await kubectl.run(['rollout', 'status', 'deployment/web']);
    expect(cluster.pods().map(({ spec }) => spec.nodeName)).toEqual(['node-1', 'node-1']);
  });

  test('waits for what it watches', async () => {
    await using lab = await open();
    const { kubectl } = lab;
    const waiting = kubectl.run(['wait', '--for=create', 'service/web', '--timeout=600s']);
    await kubectl.run(['create', ...fromInput], manifest(service('web')));
    expect(await waiting).toBe('service/web condition met');
    await kubectl.run(['delete', 'service', 'web']);
    expect(lab.cluster.store.get('Service', 'default/web')).toBeUndefined();
  });

  test.each([
    [
      'a port twice',
      service('web', {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      }),
      'spec.ports[1]: Duplicate value',
    ],
    [
      'an address out of the range',
      service('web', { clusterIP: '192.0.2.1' }),
      'the provided IP (192.0.2.1) is not in the valid range',
    ],
    [
      'another Namespace',
      { ...service('web'), metadata: { name: 'web', namespace: 'shop' } },
      'namespaces "shop" not found',
    ],
    [
      'a field of a wrong type',
      service('web', { ports: [{ port: 'http' }] }),
      'cannot be handled as a Service',
    ],
  ])('says what is wrong with %s', async (_case, object, message) => {
    await using lab = await open();
    const { exitCode, stderr } = await lab.kubectl.try(['apply', ...fromInput], manifest(object));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });
});
