import { describe, expect, test } from 'vitest';
import { ApiServer } from './api-server.ts';
import { send, textOf } from './ask.ts';

const path = '/apis/events.k8s.io/v1/namespaces/default/events';

const event = {
  kind: 'Event',
  apiVersion: 'events.k8s.io/v1',
  metadata: { name: 'node-0.1', namespace: 'default' },
  reason: 'Starting',
  type: 'Normal',
};

async function write(server: ApiServer, method: 'POST' | 'PUT' | 'PATCH', at: string, body: unknown) {
  const answer = await send(server, { method, path: at, body });
  return { status: answer.status, body: JSON.parse(await textOf(answer)) };
}

describe('events', () => {
  test('are created, and kept for the test to look at', async () => {
    const server = new ApiServer();
    const { status, body } = await write(server, 'POST', path, event);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...event, metadata: { resourceVersion: '2' } });
    expect(server.events).toEqual([body]);
  });

  test('are patched: members are merged, null removes one', async () => {
    const server = new ApiServer();
    await write(server, 'POST', path, { ...event, note: 'so' });
    const patch = { series: { count: 2 }, note: null };
    expect(await write(server, 'PATCH', `${path}/node-0.1`, patch)).toMatchObject({ status: 200 });
    expect(server.events).toMatchObject([{ reason: 'Starting', series: { count: 2 } }]);
    expect(server.events[0]).not.toHaveProperty('note');
  });

  test('are replaced', async () => {
    const server = new ApiServer();
    await write(server, 'POST', path, event);
    await write(server, 'PUT', `${path}/node-0.1`, { ...event, reason: 'Other' });
    expect(server.events).toMatchObject([{ reason: 'Other' }]);
  });

  test.each([
    ['a second one of the same name', 'POST', path, event, 409],
    ['a patch of one that is not there', 'PATCH', `${path}/other`, {}, 404],
    ['another namespace than the path', 'POST', `${path.replace('default', 'shop')}`, event, 400],
    ['another kind', 'POST', path, { ...event, kind: 'Service' }, 400],
    ['one without a name', 'POST', path, { ...event, metadata: {} }, 400],
  ] as const)('%s is refused', async (_case, method, at, body, status) => {
    const server = new ApiServer();
    await write(server, 'POST', path, event);
    expect(await write(server, method, at, body)).toMatchObject({
      status,
      body: { kind: 'Status', code: status },
    });
  });

  test('fail on demand', async () => {
    const server = new ApiServer();
    server.fail({ is: 'status', code: 429, retryAfterSeconds: 1 }, { verb: 'event' });
    expect(await write(server, 'POST', path, event)).toMatchObject({ status: 429 });
    expect(server.events).toEqual([]);
  });
});
