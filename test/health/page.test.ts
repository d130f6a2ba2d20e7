import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/health/listen.ts';
import { jsonPage, type Pages, serves, servesAlways, textPage } from '../../src/health/page.ts';
import { loopbackAddress } from '../support/health/loopback.ts';

const pages: Pages = {
  '/page': ({ accept }) => textPage(200, `accepts ${accept}`),
  '/tree/': () => jsonPage(503, '{}'),
  '/broken': () => Promise.reject(new Error('no such luck')),
  '/pieces': () => ({ ...textPage(200, 'first,'), more: ['second,', '', 'third'] }),
};

async function serving(): Promise<string> {
  const address = loopbackAddress();
  const listening = await listen({ address, port: 8080, answer: serves(pages) });
  onTestFinished(() => listening.close());
  return address;
}

/** Sends the path as it is, whatever it is. */
async function ask(host: string, path: string, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  request({ host, port: 8080, path, method, headers: { accept: 'text/x' } }, resolve)
    .on('error', reject)
    .end();
  const answer = await promise;
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

describe('a server of pages', () => {
  test.each([
    ['a page', '/page', 200, 'accepts text/x'],
    ['a page, whatever is asked of it', '/page?verbose=1', 200, 'accepts text/x'],
    ['all below a path', '/tree/a/b', 503, '{}'],
    ['an unknown path', '/pages', 404, '404 page not found\n'],
    ['what no URL parser takes', '//', 404, '404 page not found\n'],
    ['a name that every object has', '/constructor', 404, '404 page not found\n'],
    ['a page that fails', '/broken', 500, 'no such luck\n'],
  ])('answers %s', async (_, path, status, body) => {
    const host = await serving();
    expect(await ask(host, path)).toMatchObject({ status, body });
  });

  test("sends the headers of kube-proxy's servers", async () => {
    const host = await serving();
    const { headers } = await ask(host, '/page');
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-length': '14',
    });
  });

  test('sends a page in pieces as one', async () => {
    const host = await serving();
    const { status, headers, body } = await ask(host, '/pieces');
    expect({ status, body }).toEqual({ status: 200, body: 'first,second,third' });
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'transfer-encoding': 'chunked',
    });
    expect(await ask(host, '/pieces', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  test('makes no more pieces for a client that goes away', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    function* endless(): Iterable<string> {
      try {
        for (;;) yield 'x'.repeat(1 << 16);
      } finally {
        resolve();
      }
    }
    const answer = servesAlways(() => ({ ...textPage(200, ''), more: endless() }));
    const host = loopbackAddress();
    const listening = await listen({ address: host, port: 8080, answer });
    onTestFinished(() => listening.close());
    const asked = request({ host, port: 8080 }, (response) => response.once('data', () => asked.destroy()));
    asked.on('error', () => {}).end();
    await ended;
  });

  test('sends HEAD no body', async () => {
    const host = await serving();
    expect(await ask(host, '/page', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });
});
