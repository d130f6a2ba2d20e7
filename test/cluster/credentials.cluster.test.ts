import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LogLine } from '../support/cli/read-log.ts';
import { controlAddress } from '../support/cluster/addresses.ts';
import { objectPath } from '../support/cluster/api-client.ts';
import { atApiServer } from '../support/cluster/at-api-server.ts';
import { apiServerPort } from '../support/cluster/control-plane.ts';
import { startHelper } from '../support/cluster/helper.ts';
import { newEndpoint, target, web } from '../support/cluster/objects.ts';
import { until } from '../support/until.ts';

const identity = { user: 'by-token', groups: [] };
const oldToken = { tokens: { old: identity } };
const newToken = { tokens: { new: identity } };
const isUnauthorized = ({ error }: LogLine) => String(error).startsWith('401');

atApiServer('credentials of a kubeconfig', oldToken, (cluster) => {
  /** Portolan that comes by a token, which then is no longer good; and a Service that changes after that. */
  async function replaceToken(
    folder: string,
    user: Readonly<Record<string, unknown>>,
    file: string,
  ): Promise<void> {
    const { api, plane } = cluster();
    await plane.killApiServer();
    await plane.startApiServer(oldToken);
    await using node = await cluster().addNode();
    const { service, slice, endpoint } = web();
    await api.create(service, slice);
    await writeFile(join(folder, file), 'old\n');
    const portolan = await node.startPortolan([], { user });
    await portolan.programmed();
    expect(await node.nftables()).toContain(target(endpoint));
    const refused = portolan.nextLogged(isUnauthorized);
    await plane.killApiServer();
    await plane.startApiServer(newToken);
    await refused;
    await writeFile(join(folder, file), 'new\n');
    const other = newEndpoint();
    await api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
    await until(node.nftables, (rules) => rules.includes(target(other)));
    const users = (await plane.requests()).map((request) => request.user);
    expect(users).toContain(identity.user);
  }

  test('a token in a file is read again when it is no longer good', async () => {
    await using folder = await temporaryFolder();
    await replaceToken(folder.path, { tokenFile: join(folder.path, 'token') }, 'token');
  });

  test('an exec plugin is called again when its token is no longer good', async () => {
    await using folder = await temporaryFolder();
    const command = join(folder.path, 'plugin.sh');
    await writeFile(command, plugin);
    await chmod(command, 0o755);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      ...{ command, args: [join(folder.path, 'secret')], interactiveMode: 'Never' },
    };
    await replaceToken(folder.path, { exec }, 'secret');
  });

  test('a client certificate may stand in the kubeconfig itself', async () => {
    await using node = await cluster().addNode();
    const { certificate, key } = await cluster().plane.certificates.client('inline');
    const [certificateData, keyData] = [await readFile(certificate, 'base64'), await readFile(key, 'base64')];
    const user = { 'client-certificate-data': certificateData, 'client-key-data': keyData };
    const portolan = await node.startPortolan([], { user });
    await portolan.programmed();
    const users = (await cluster().plane.requests()).map((request) => request.user);
    expect(users).toContain('inline');
  });

  test('proxy-url leads to a server that is not reached otherwise', async () => {
    await using node = await cluster().addNode();
    await using _ = await startHelper(cluster().host.namespace, 'connect-proxy.ts', [controlAddress, '3128']);
    const { service, slice, endpoint } = web();
    await cluster().api.create(service, slice);
    const portolan = await node.startPortolan([], {
      // Of the machine where the proxy is.
      server: `https://127.0.0.1:${apiServerPort}`,
      proxyUrl: `http://${controlAddress}:3128`,
    });
    await portolan.programmed();
    const other = newEndpoint();
    await cluster().api.patch(objectPath(slice), { endpoints: [{ addresses: [other] }] });
    const rules = await until(node.nftables, (text) => text.includes(target(other)));
    expect(rules).not.toContain(target(endpoint));
  });
});

/** Its argument is a file with a token. */
const plugin = `#!/bin/sh
printf '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "%s"}}' "$(cat "$1")"
`;

async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'portolan-credentials-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
