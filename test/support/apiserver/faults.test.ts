import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiServer } from './api-server.ts';
import { get, paths, send, settle, textOf, WatchReader } from './ask.ts';
import { serviceObject } from './objects.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function serverWithTwo(): ApiServer {
  const server = new ApiServer();
  server.put(serviceObject('a'), serviceObject('b'));
  return server;
}

const fromStart = { resourceVersion: '1' };

describe('a fault', () => {
  test('befalls as many requests as it says, of the kind and verb that it says', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'status', code: 503 }, { times: 2, kind: 'Service', verb: 'list' });
    const status = async (path: string) => (await get(server, path)).status;
    expect(await status(paths.nodes)).toBe(200);
    expect((await WatchReader.open(server, paths.services, fromStart)).end).toBe('open');
    expect(await status(paths.services)).toBe(503);
    expect(await status(paths.services)).toBe(503);
    expect(await status(paths.services)).toBe(200);
    expect(server.requests.map(({ fault }) => fault?.is)).toEqual([
      undefined,
      undefined,
      'status',
      'status',
      undefined,
    ]);
  });

  test('that was planned is forgotten when all is to be well', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'status', code: 500 });
    server.heal();
    expect((await get(server, paths.services)).status).toBe(200);
  });

  test.each([
    [401, undefined, 'Unauthorized'],
    [410, undefined, 'Expired'],
    [429, 7, 'TooManyRequests'],
    [500, undefined, 'InternalError'],
    [503, undefined, 'ServiceUnavailable'],
  ])('of status %i has a Status that says so; Retry-After %s', async (code, retryAfterSeconds, reason) => {
    const server = serverWithTwo();
    server.fail({ is: 'status', code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
    expect(await get(server, paths.services)).toMatchObject({
      status: code,
      retryAfter: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000,
      body: { kind: 'Status', status: 'Failure', reason, code },
    });
  });
});

describe('a connection that breaks', () => {
  test('at the request brings no answer', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'reset', at: 'request' });
    await expect(send(server, { path: paths.services })).rejects.toThrow('ECONNRESET');
  });

  test('after the head brings a status alone', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'reset', at: 'head' });
    const answer = await send(server, { path: paths.services });
    expect(answer.status).toBe(200);
    await expect(textOf(answer)).rejects.toThrow('ECONNRESET');
  });

  test('in the middle of the second event brings the first, and a part', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'reset', at: 'piece', after: 1 });
    const watch = await WatchReader.open(server, paths.services, fromStart);
    await settle();
    expect(watch.summary).toEqual(['ADDED default/a 2']);
    expect(watch.text.split('\n')[1]).toMatch(/^\{"type":"ADDED".*[^}]$/);
    expect(watch.end).toBe('broken');
  });

  test('that ends before the head is a broken one', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'hang', at: 'request' });
    const asked = send(server, { path: paths.services });
    await settle();
    server.endConnections();
    await expect(asked).rejects.toThrow('socket hang up');
  });

  test('may be one that was well so far', async () => {
    const server = serverWithTwo();
    const [services, nodes] = [
      await WatchReader.open(server, paths.services, fromStart),
      await WatchReader.open(server, paths.nodes, fromStart),
    ];
    server.breakConnections({ kind: 'Service' });
    await settle();
    expect([services.end, nodes.end]).toEqual(['broken', 'open']);
    server.endConnections({ verb: 'watch' });
    await settle();
    expect(nodes.end).toBe('ended');
  });
});

describe('a connection that hangs', () => {
  test('brings no answer until the client leaves', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'hang', at: 'request' });
    const { signal, abort } = leaving();
    const asked = send(server, { path: paths.services, signal });
    const outcome = vi.fn();
    asked.then(outcome, outcome);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(outcome).not.toHaveBeenCalled();
    abort();
    await expect(asked).rejects.toThrow('aborted');
  });

  test('brings some events and then nothing, not even the end', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'hang', at: 'head', after: 1 });
    const query = { ...fromStart, allowWatchBookmarks: 'true', timeoutSeconds: '60' };
    const watch = await WatchReader.open(server, paths.services, query);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(watch.summary).toEqual(['ADDED default/a 2']);
    expect(watch.end).toBe('open');
  });

  test('may be one that was well so far', async () => {
    const server = serverWithTwo();
    const watch = await WatchReader.open(server, paths.services, fromStart);
    server.muteConnections();
    server.put(serviceObject('c'));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(watch.summary).toEqual(['ADDED default/a 2', 'ADDED default/b 3']);
    expect(watch.end).toBe('open');
    server.breakConnections();
    await settle();
    expect(watch.end).toBe('broken');
  });
});

describe('an answer', () => {
  test('may drip', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'drip', characters: 100, interval: 1_000 });
    const whole = textOf(await send(server, { path: paths.services }));
    const dripping = textOf(await send(server, { path: paths.services }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await dripping).toBe(await whole);
    expect((await whole).length).toBeGreaterThan(1_000);
  });

  test('may be garbage', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'garbage' });
    const answer = await send(server, { path: paths.services });
    expect(answer.status).toBe(200);
    expect(await textOf(answer)).toMatch(/^<html>/);
  });

  test('may stop in the middle of an event as if it were whole', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'half', after: 1 });
    const watch = await WatchReader.open(server, paths.services, fromStart);
    await settle();
    expect(watch.summary).toEqual(['ADDED default/a 2']);
    expect(watch.text.endsWith('\n')).toBe(false);
    expect(watch.end).toBe('ended');
  });

  test('may hold an event that nobody knows', async () => {
    const server = serverWithTwo();
    server.fail({ is: 'unknown-event', after: 1 });
    const watch = await WatchReader.open(server, paths.services, fromStart);
    await settle();
    expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'SURPRISE', 'ADDED']);
    expect(watch.end).toBe('open');
  });

  test('may come in parts of any size', async () => {
    const server = serverWithTwo();
    const { body } = await send(server, { path: paths.services }, { chunkSize: 7 });
    const sizes = new Set<number>();
    for await (const chunk of body) sizes.add(chunk.length);
    expect(Math.max(...sizes)).toBe(7);
  });
});

function leaving() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
