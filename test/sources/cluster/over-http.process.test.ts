import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ApiServer } from '../../support/apiserver/api-server.ts';
import { certificatesUnavailable } from '../../support/apiserver/connections/certificates.ts';
import type { Listening } from '../../support/apiserver/connections/listen.ts';
import { endpointSliceObject, nodeObject, serviceObject } from '../../support/apiserver/objects.ts';
import { followKubeconfig, sourceAt } from '../../support/sources/cluster/follow-kubeconfig.ts';

const noCertificates = await certificatesUnavailable();

function smallCluster(settings: ConstructorParameters<typeof ApiServer>[0] = {}): ApiServer {
  const server = new ApiServer(settings);
  server.put(serviceObject('web'), endpointSliceObject('web', ['10.244.0.1']), nodeObject('node-0'));
  return server;
}

const smallClusterKeys = ['EndpointSlice default/web-1', 'Node node-0', 'Service default/web'];

describe.each([
  ['HTTP', {}],
  ['HTTPS and a token', { tls: true, credentials: 'token' }],
  ['HTTPS and a client certificate', { tls: true, credentials: 'client-certificate' }],
] as const)('over %s', (_case, options) => {
  test('the cluster is learnt, followed, and found again after the connections broke', async ({ skip }) => {
    if ('tls' in options && noCertificates) skip(noCertificates);
    const server = smallCluster();
    await using listening = await server.listen(options);
    await using follower = await followKubeconfig(listening.kubeconfigPath);
    expect(follower.collected.keys).toEqual(smallClusterKeys);
    server.put(serviceObject('other'));
    await follower.collected.until(() => follower.collected.keys.includes('Service default/other'));
    server.goDown();
    server.remove('Service', 'default/other');
    server.comeUp();
    await follower.collected.until(() => !follower.collected.keys.includes('Service default/other'));
    expect(server.counts('Service')).toMatchObject({ streamingLists: 1, lists: 0 });
  });
});

test('a list in pages arrives whole', async () => {
  const server = smallCluster({ streamingLists: 'refused-by-event' });
  server.put(...Array.from({ length: 1_100 }, (_, index) => serviceObject(`web-${index}`)));
  await using listening = await server.listen();
  await using follower = await followKubeconfig(listening.kubeconfigPath);
  expect(server.counts('Service').pages).toBe(3);
  expect(follower.collected.keys).toHaveLength(1_103);
});

test('a token that the server takes no longer is replaced when the file has the next', async () => {
  const server = smallCluster();
  await using listening = await server.listen({ credentials: 'token' });
  await using follower = await followKubeconfig(listening.kubeconfigPath);
  listening.acceptToken('second');
  server.breakConnections();
  await expect
    .poll(() => follower.failures, { timeout: 30_000 })
    .toContainEqual(expect.stringMatching(/^401/));
  await listening.rotateToken('second');
  server.put(serviceObject('other'));
  await follower.collected.until(() => follower.collected.keys.includes('Service default/other'));
});

describe('a source that is not patient fails', () => {
  test("with the server's words, where it does not take the token", async () => {
    await using listening = await smallCluster().listen({ credentials: 'token' });
    listening.acceptToken('another');
    await expect(load(listening)).rejects.toThrow(/^\w+s cannot be listed: 401 Unauthorized/);
  });

  test('where the authority is another one', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    await using listening = await smallCluster().listen({ tls: true });
    await using other = await smallCluster().listen({ tls: true });
    const mixed = listening.kubeconfig.replace(listening.folder, other.folder);
    await writeFile(listening.kubeconfigPath, mixed);
    await expect(load(listening)).rejects.toThrow(/certificate/);
  });

  test('where nobody listens', async () => {
    const listening = await smallCluster().listen();
    const { port } = listening;
    await listening[Symbol.asyncDispose]();
    await using other = await smallCluster().listen();
    const path = join(other.folder, 'elsewhere');
    await writeFile(path, other.kubeconfig.replace(`:${other.port}`, `:${port}`));
    await expect(load({ ...other, kubeconfigPath: path })).rejects.toThrow(/ECONNREFUSED/);
  });
});

/** Loads once and gives up at the first failure. */
async function load({ kubeconfigPath }: Pick<Listening, 'kubeconfigPath'>): Promise<void> {
  const source = sourceAt(kubeconfigPath, { patient: false, once: true, failures: [] });
  await source.load(() => {});
}
