import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startApiServer } from '../../../src/lab/api/start-api-server.ts';
import { kubeconfig } from '../../support/apiserver/connections/kubeconfig.ts';
import { service, workload } from '../../support/lab-api/objects.ts';
import { SmallCluster } from '../../support/lab-api/small-cluster.ts';
import { followKubeconfig } from '../../support/sources/cluster/follow-kubeconfig.ts';

test('a proxy learns and follows the Services and EndpointSlices of a lab', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-lab-api-'));
  try {
    using cluster = new SmallCluster({ families: ['IPv4', 'IPv6'] });
    await cluster.run(
      workload('Deployment', 'web', { replicas: 3 }),
      service('web', { ipFamilyPolicy: 'RequireDualStack' }),
    );
    await using server = startApiServer({ store: cluster.store });
    const url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;
    const path = join(folder, 'kubeconfig');
    await writeFile(path, kubeconfig({ url, files: undefined, tokenFile: '', credentials: undefined }));
    await using follower = await followKubeconfig(path);
    const { collected } = follower;
    const slices = cluster.store
      .list('EndpointSlice')
      .map(({ metadata }) => `EndpointSlice default/${metadata.name}`);
    expect(slices).toHaveLength(2);
    expect(collected.keys).toEqual([
      ...slices.sort(),
      'Node node-0',
      'Service default/kubernetes',
      'Service default/web',
      'ServiceCIDR kubernetes',
    ]);
    const ready = () =>
      [...collected.objects.values()].flatMap((change) =>
        change.kind === 'EndpointSlice' && change.record !== undefined
          ? change.record.endpoints.filter(({ ready: isReady }) => isReady)
          : [],
      ).length;
    expect(ready()).toBe(6);
    cluster.store.modify('Deployment', 'default/web', (object) => ({
      ...object,
      spec: { ...object.spec, replicas: 5 },
    }));
    await cluster.run();
    await collected.until(() => ready() === 10);
    expect(collected.problems).toEqual([]);
    expect(follower.failures).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
