import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiAccess } from '../../../src/sources/cluster/api-access.ts';
import { httpTransport } from '../../../src/sources/cluster/http-transport.ts';
import { loadKubeConfig } from '../../../src/sources/cluster/kube-config.ts';
import { ask, config, silent, withServer } from '../../support/sources/cluster/kube-config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('where the API server is', () => {
  const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBECONFIG: '/home/me/a:/home/me/b' };
  const none = { kubeconfig: undefined, master: undefined };
  test.for([
    [
      'the kubeconfig, if one is named',
      { ...none, kubeconfig: '/k', environment },
      { kind: 'kubeconfig', path: '/k' },
    ],
    [
      'with the address that --master gives',
      { kubeconfig: '/k', master: 'https://m', environment },
      { kind: 'kubeconfig', path: '/k', master: 'https://m' },
    ],
    ['--master alone', { ...none, master: 'http://m', environment }, { kind: 'master', master: 'http://m' }],
    ['the service account, in a pod', { ...none, environment }, { kind: 'in-cluster' }],
    [
      'the first file of KUBECONFIG, outside of a pod',
      { ...none, environment: { KUBECONFIG: '/home/me/a:/home/me/b' } },
      { kind: 'kubeconfig', path: '/home/me/a' },
    ],
  ] as const)('%s', ([, hints, access]) => {
    expect(apiAccess(hints)).toMatchObject(access);
  });

  test('unknown where nothing says it', () => {
    expect(apiAccess({ ...none, environment: {} })).toBeUndefined();
  });
});

describe('a kubeconfig', () => {
  test.for([
    ['that does not exist', undefined, /kubeconfig .*absent: ENOENT/],
    ['without a cluster', 'kind: Config', /current-context names no cluster/],
    [
      'whose server is no URL',
      config('server: master.example'),
      /server must be a URL with http or https, got master/,
    ],
  ] as const)('%s is refused by its name', async ([name, text, message]) => {
    const path = join(folder, text === undefined ? 'absent' : name.replaceAll(/\W/g, '-'));
    if (text !== undefined) await writeFile(path, text);
    await expect(loadKubeConfig({ kind: 'kubeconfig', path, master: undefined })).rejects.toThrow(message);
  });

  test('is read without the classes of every kind', async () => {
    const path = join(folder, 'classes');
    await writeFile(path, config('server: https://127.0.0.1:1'));
    const { kubeConfig } = await loadKubeConfig({ kind: 'kubeconfig', path, master: undefined });
    expect(() => kubeConfig.makeApiClient(class {})).toThrow(TypeError);
  });

  test('with tokenFile, as kubeadm writes it: the token that the file holds now is sent, without its line break', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first\n');
    await withServer(async (port, asked) => {
      const path = join(folder, 'token-file');
      await writeFile(path, config(`server: http://127.0.0.1:${port}`, `tokenFile: ${tokenFile}`));
      const transport = httpTransport(
        { kind: 'kubeconfig', path, master: undefined },
        'portolan/test',
        silent,
      );
      await ask(transport);
      expect(asked.at(-1)?.authorization).toBe('Bearer first');
      await writeFile(tokenFile, 'second');
      // The server takes the old one no longer: it is read again at once.
      await ask(transport, 401);
      await ask(transport);
      expect(asked.at(-1)?.authorization).toBe('Bearer second');
    });
  });
});
