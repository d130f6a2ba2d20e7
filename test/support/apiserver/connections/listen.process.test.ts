import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { ApiServer } from '../api-server.ts';
import { paths } from '../ask.ts';
import { serviceObject } from '../objects.ts';
import { certificatesUnavailable } from './certificates.ts';

const noCertificates = await certificatesUnavailable();

function serverWithOne(): ApiServer {
  const server = new ApiServer();
  server.put(serviceObject('web'));
  return server;
}

describe('over HTTP', () => {
  test('the server answers as in memory', async () => {
    const server = serverWithOne();
    await using listening = await server.listen();
    const { status, body } = await ask(`${listening.url}${paths.services}?limit=1`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ kind: 'ServiceList', items: [{ metadata: { name: 'web' } }] });
  });

  test('a watch shows its head at once, each event when it happens, and ends', async () => {
    const server = serverWithOne();
    await using listening = await server.listen();
    const response = await open(`${listening.url}${paths.services}?watch=1&resourceVersion=2`);
    expect(response.headers['content-type']).toBe('application/json');
    server.put(serviceObject('other'));
    const lines = response.setEncoding('utf8')[Symbol.asyncIterator]();
    expect(JSON.parse((await lines.next()).value)).toMatchObject({ type: 'ADDED' });
    server.endConnections();
    expect(await lines.next()).toMatchObject({ done: true });
  });

  test('a client that leaves ends its watch', async () => {
    const server = serverWithOne();
    await using listening = await server.listen();
    const response = await open(`${listening.url}${paths.services}?watch=1&resourceVersion=2`);
    expect(server.counts('Service').openWatches).toBe(1);
    response.destroy();
    await expect.poll(() => server.counts('Service').openWatches).toBe(0);
  });

  test('a connection breaks before the answer, or after a part of it', async () => {
    const server = serverWithOne();
    await using listening = await server.listen();
    const url = `${listening.url}${paths.services}`;
    server.fail({ is: 'reset', at: 'request' });
    await expect(ask(url)).rejects.toThrow(/ECONNRESET|hang up/);
    server.fail({ is: 'hang', at: 'request' });
    const hanging = ask(url);
    await expect.poll(() => server.counts().lists).toBe(2);
    server.endConnections();
    await expect(hanging).rejects.toThrow(/ECONNRESET|hang up/);
    server.fail({ is: 'reset', at: 'piece' });
    const response = await open(url);
    expect(response.statusCode).toBe(200);
    await expect(textOf(response)).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test('a large list is packed where the client takes that', async () => {
    const server = new ApiServer();
    server.put(...Array.from({ length: 200 }, (_, index) => serviceObject(`web-${index}`)));
    await using listening = await server.listen();
    const headers = { 'accept-encoding': 'gzip' };
    const response = await open(`${listening.url}${paths.services}`, { headers });
    expect(response.headers['content-encoding']).toBe('gzip');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    expect(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()).items).toHaveLength(200);
  });

  test('an event is created, and a patch needs the media type of one', async () => {
    const server = new ApiServer();
    await using listening = await server.listen();
    const url = `${listening.url}/apis/events.k8s.io/v1/namespaces/default/events`;
    const event = { kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata: { name: 'one' } };
    expect((await ask(url, { method: 'POST' }, JSON.stringify(event))).status).toBe(201);
    const patch = (type: string) =>
      ask(`${url}/one`, { method: 'PATCH', headers: { 'content-type': type } }, '{}');
    expect((await patch('application/json')).status).toBe(415);
    expect((await patch('application/merge-patch+json')).status).toBe(200);
    expect((await ask(url, { method: 'POST' }, '{"kind":')).status).toBe(400);
  });
});

describe('with a token', () => {
  test('only who has the present one is answered', async () => {
    const server = serverWithOne();
    await using listening = await server.listen({ credentials: 'token' });
    const status = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await ask(`${listening.url}${paths.services}`, { headers })).status;
    };
    const first = await readFile(join(listening.folder, 'token'), 'utf8');
    expect(await status(first)).toBe(200);
    expect(await status('wrong')).toBe(401);
    await listening.rotateToken('second');
    expect(await status(first)).toBe(401);
    expect(await status(await readFile(join(listening.folder, 'token'), 'utf8'))).toBe(200);
    listening.acceptToken('third');
    expect(await status('second')).toBe(401);
    expect(server.counts().lists).toBe(2);
  });
});

describe('with certificates', () => {
  test('the kubeconfig names all that a client needs', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    const server = serverWithOne();
    await using listening = await server.listen({ tls: true, credentials: 'client-certificate' });
    const url = `${listening.url}${paths.services}`;
    const { ca, cert, key } = await certificatesIn(listening.kubeconfig);
    expect((await ask(url, { ca, cert, key })).status).toBe(200);
    expect((await ask(url, { ca })).status).toBe(401);
    await expect(ask(url, { cert, key })).rejects.toThrow(/certificate/);
  });
});

interface Kubeconfig {
  readonly clusters: { readonly cluster: Readonly<Record<string, string>> }[];
  readonly users: { readonly user: Readonly<Record<string, string>> }[];
}

async function certificatesIn(text: string) {
  const { clusters, users } = load(text, { schema: CORE_SCHEMA }) as Kubeconfig;
  const read = (path: string | undefined) => readFile(path ?? '', 'utf8');
  return {
    ca: await read(clusters[0]?.cluster['certificate-authority']),
    cert: await read(users[0]?.user['client-certificate']),
    key: await read(users[0]?.user['client-key']),
  };
}

async function ask(url: string, options: https.RequestOptions = {}, body?: string) {
  const response = await open(url, options, body);
  return { status: response.statusCode, body: await textOf(response) };
}

function open(url: string, options: https.RequestOptions = {}, body?: string): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const module = url.startsWith('https:') ? https : http;
  module
    .request(url, { ...options, agent: false }, resolve)
    .on('error', reject)
    .end(body);
  return promise;
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}
