import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createStore } from '../../../src/lab/api/create-store.ts';
import { startApiServer } from '../../../src/lab/api/start-api-server.ts';
import {
  certificatesUnavailable,
  makeCertificates,
} from '../../support/apiserver/connections/certificates.ts';
import { service } from '../../support/lab-api/objects.ts';

const noCertificates = await certificatesUnavailable();

async function ask(url: string, options: https.RequestOptions = {}): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const module = url.startsWith('https:') ? https : http;
  module.get(url, { agent: false, ...options }, resolve).on('error', reject);
  return await promise;
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}

describe('the API server', () => {
  test('serves the objects of a store at an address', async () => {
    const store = createStore({ families: ['IPv4'] });
    await using server = startApiServer({ store });
    const port = await server.listen({ host: '127.0.0.1', port: 0 });
    const { items } = JSON.parse(await textOf(await ask(`http://127.0.0.1:${port}/api/v1/services`)));
    expect(items).toMatchObject([{ metadata: { name: 'kubernetes' } }]);
  });

  test('takes connections of a server that listens already', async () => {
    const store = createStore({ families: ['IPv4'] });
    await using server = startApiServer({ store });
    const listening = net.createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const port = await server.listen(listening);
    const response = await ask(`http://127.0.0.1:${port}/readyz`);
    expect(await textOf(response)).toBe('ok');
    const other = await server.listen({ host: '127.0.0.1', port: 0 });
    expect((await ask(`http://127.0.0.1:${other}/readyz`)).statusCode).toBe(200);
  });

  test('tells its watches what happens, and ends them with itself', async () => {
    const store = createStore({ families: ['IPv4'] });
    const server = startApiServer({ store });
    const port = await server.listen({ host: '127.0.0.1', port: 0 });
    const path = `/api/v1/services?watch=1&resourceVersion=${store.version}`;
    const response = await ask(`http://127.0.0.1:${port}${path}`);
    const lines = response.setEncoding('utf8')[Symbol.asyncIterator]();
    store.create(service('web'));
    expect(JSON.parse((await lines.next()).value)).toMatchObject({
      type: 'ADDED',
      object: { metadata: { name: 'web' } },
    });
    await server[Symbol.asyncDispose]();
    await expect(lines.next()).rejects.toThrow(/aborted|ECONNRESET/);
    await expect(ask(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('answers only who has the token', async () => {
    await using server = startApiServer({ store: createStore({ families: ['IPv4'] }), token: 'secret' });
    const port = await server.listen({ host: '127.0.0.1', port: 0 });
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await ask(`http://127.0.0.1:${port}/api/v1/nodes`, { headers })).statusCode;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer other' })).toBe(401);
    expect(await status({ authorization: 'Bearer secret' })).toBe(200);
  });

  test('speaks HTTPS with a certificate', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    const folder = await mkdtemp(join(tmpdir(), 'portolan-lab-api-'));
    try {
      const certificates = await makeCertificates(folder);
      await using server = startApiServer({ store: createStore({ families: ['IPv4'] }), certificates });
      const port = await server.listen({ host: '127.0.0.1', port: 0 });
      const ca = await readFile(certificates.ca);
      expect((await ask(`https://127.0.0.1:${port}/readyz`, { ca })).statusCode).toBe(200);
      await expect(ask(`https://127.0.0.1:${port}/readyz`)).rejects.toThrow(/certificate/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
