import { describe, expect, test } from 'vitest';
import { podsInCluster } from '../../../src/explain/packet/pods.ts';
import type { ApiTransport } from '../../../src/sources/cluster/transport.ts';
import type { ServiceKey } from '../../../src/state/records.ts';
import { address } from '../../support/records.ts';

const slice = (family: 'IPv4' | 'IPv6', ip: string) => ({
  metadata: { name: `web-${family}`, namespace: 'shop' },
  addressType: family,
  endpoints: [{ addresses: [ip], targetRef: { kind: 'Pod', name: 'web-1', namespace: 'shop' } }],
});

const slices = [slice('IPv4', '10.244.1.11'), slice('IPv6', 'fd00:10:244:1::11')];
const cli = { metadata: { name: 'cli', namespace: 'shop' }, status: { podIP: '10.244.1.5' } };

/** An API server of a few lists by their paths; all else it refuses. Remembers what was asked. */
function serverOf(
  lists: Readonly<Record<string, readonly object[]>>,
): ApiTransport & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async send({ path, query }) {
      asked.push(`${path} ${query.fieldSelector ?? query.labelSelector ?? ''}`.trim());
      const items = lists[path];
      const body =
        items === undefined
          ? { kind: 'Status', code: 403, message: 'forbidden' }
          : { ...listOf(path), metadata: { resourceVersion: '7' }, items };
      const text = JSON.stringify(body);
      return {
        status: items === undefined ? 403 : 200,
        retryAfter: undefined,
        body: (async function* () {
          yield text;
        })(),
      };
    },
  };
}

function listOf(path: string) {
  return path.endsWith('/pods')
    ? { kind: 'PodList', apiVersion: 'v1' }
    : { kind: 'EndpointSliceList', apiVersion: 'discovery.k8s.io/v1' };
}

describe('pods of a cluster', () => {
  test('are found by name among the Pods', async () => {
    const server = serverOf({ '/api/v1/namespaces/shop/pods': [cli] });
    const pods = await podsInCluster(server).named('cli', 'shop');
    expect(pods).toEqual([{ namespace: 'shop', name: 'cli', addresses: ['10.244.1.5'] }]);
    expect(server.asked).toEqual(['/api/v1/namespaces/shop/pods metadata.name=cli']);
  });

  test('are found by name among the endpoints where Pods may not be read', async () => {
    const server = serverOf({ '/apis/discovery.k8s.io/v1/endpointslices': slices });
    const pods = await podsInCluster(server).named('web-1', undefined);
    expect(pods).toEqual([
      { namespace: 'shop', name: 'web-1', addresses: ['10.244.1.11', 'fd00:10:244:1::11'] },
    ]);
    expect(server.asked).toEqual([
      '/api/v1/pods metadata.name=web-1',
      '/apis/discovery.k8s.io/v1/endpointslices',
    ]);
  });

  test('behind a Service are found by a question about that Service alone', async () => {
    const path = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices';
    const server = serverOf({ [path]: slices });
    const found = await podsInCluster(server).behind('shop/web' as ServiceKey, [address('10.244.1.11')]);
    expect([...found]).toEqual([['10.244.1.11', 'shop/web-1']]);
    expect(server.asked).toEqual([`${path} kubernetes.io/service-name=web`]);
  });

  test('are unknown where nothing may be read', async () => {
    expect(await podsInCluster(serverOf({})).named('cli', undefined)).toEqual([]);
  });
});
