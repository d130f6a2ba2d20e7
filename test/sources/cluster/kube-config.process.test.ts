import { join } from 'node:path';
import { expect, test } from 'vitest';
import { httpTransport } from '../../../src/sources/cluster/http-transport.ts';
import { objectsFolder } from '../../support/cli/objects.ts';
import { ask, config, silent, withServer } from '../../support/sources/cluster/kube-config.ts';

test('a kubeconfig with an exec plugin: its token is sent', async () => {
  await withServer(async (port, asked) => {
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    });
    const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: echo, args: ['${credential}']}`;
    const text = config(`server: http://127.0.0.1:${port}`, exec);
    await using folder = await objectsFolder({ config: text });
    const path = join(folder.path, 'config');
    await ask(httpTransport({ kind: 'kubeconfig', path, master: undefined }, 'portolan/test', silent));
    expect(asked.at(-1)).toMatchObject({
      authorization: 'Bearer from-plugin',
      'user-agent': 'portolan/test',
    });
  });
});
