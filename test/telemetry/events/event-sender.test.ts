import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApiRequest } from '../../../src/sources/cluster/transport.ts';
import { EventSender } from '../../../src/telemetry/events/event-sender.ts';
import { nodeEvent, serviceEvent } from '../../support/telemetry/event-examples.ts';
import { logLines } from '../../support/telemetry/log-lines.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: {
    readonly metadata?: { readonly name: string };
    readonly series?: { readonly count: number };
  };
  /** Seconds since the start. */
  readonly at: number;
}

type Answer =
  | { readonly status: number; readonly body?: unknown; readonly retryAfter?: number }
  | Error
  | 'none';

/** A sender whose server answers as the test says; `random` decides how long an event about a Service waits. */
function started(answerTo: (request: Request) => Answer = () => ({ status: 201 }), random = () => 0) {
  const requests: Request[] = [];
  const ending = new AbortController();
  const { logger, lines } = logLines('info');
  const start = performance.now();
  const send = async ({ method, path, body, signal }: ApiRequest) => {
    const request = { method, path, body, at: (performance.now() - start) / 1000 } as Request;
    requests.push(request);
    const answer = answerTo(request);
    if (answer === 'none') await new Promise((_, reject) => signal.addEventListener('abort', reject));
    if (answer instanceof Error || answer === 'none') throw answer;
    const text = JSON.stringify(answer.body ?? {});
    return {
      status: answer.status,
      retryAfter: answer.retryAfter,
      body: (async function* () {
        yield text;
      })(),
    };
  };
  const sender = new EventSender({
    transport: { send },
    node: 'node-1',
    signal: ending.signal,
    logger,
    random,
  });
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
  return { sender, requests, lines, pass, ending };
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => serviceEvent({}, `s${index}`));
const hour = 3_600;

/** Numbers as good as any, and always the same: mulberry32. */
function someNumbers() {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('an event', () => {
  test('is created in the namespace of its object', async () => {
    const { sender, requests, pass } = started();
    sender.report(serviceEvent());
    sender.report(nodeEvent());
    await pass(1);
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /apis/events.k8s.io/v1/namespaces/shop/events',
      'POST /apis/events.k8s.io/v1/namespaces/default/events',
    ]);
    expect(requests[0]?.body).toMatchObject({
      kind: 'Event',
      reason: 'InvalidService',
      reportingInstance: 'node-1',
    });
  });

  test('about the node goes at once; one about a Service some time within a minute, by chance', async () => {
    const { sender, requests, pass } = started(undefined, () => 0.5);
    sender.report(serviceEvent());
    await pass(10);
    sender.report(nodeEvent());
    await pass(50);
    expect(requests.map(({ at }) => at)).toEqual([10, 30]);
  });

  test('about the node that happens again becomes a series', async () => {
    const { sender, requests, pass } = started();
    sender.report(nodeEvent());
    await pass(1);
    sender.report(nodeEvent({ note: 'other words' }));
    await pass(1);
    const [first, second] = requests;
    expect(requests).toHaveLength(2);
    expect(second?.path).toBe(`${first?.path}/${first?.body.metadata?.name}`);
    expect(second).toMatchObject({
      method: 'PATCH',
      body: { series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } },
    });
  });

  test('that happens all the time is told five times, then each five minutes, with what was counted', async () => {
    const { sender, requests, pass } = started();
    for (let second = 0; second < hour; second++) {
      sender.report(nodeEvent());
      await pass(1);
    }
    const counts = requests.map(({ at, body }) => [Math.round(at), body.series?.count ?? 1]);
    expect(counts.slice(0, 7)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
      [300, 300],
      [600, 600],
    ]);
    expect(requests.length).toBeLessThan(20);
  });

  test('that was quiet for six minutes is a new one when it happens again', async () => {
    const { sender, requests, pass } = started();
    sender.report(nodeEvent());
    await pass(360);
    sender.report(nodeEvent());
    await pass(1);
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(requests[0]?.body.metadata?.name).not.toBe(requests[1]?.body.metadata?.name);
  });

  test('whose series is no longer at the server is created again', async () => {
    const { sender, requests, pass } = started(({ method }) => ({ status: method === 'PATCH' ? 404 : 201 }));
    sender.report(nodeEvent());
    await pass(1);
    sender.report(nodeEvent());
    await pass(1);
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST']);
    expect(requests[2]?.body).toMatchObject({ kind: 'Event', series: { count: 2 } });
  });
});

describe('what every node finds', () => {
  test('is told once, however often it is found; while it stands, again after an hour', async () => {
    const { sender, requests, pass } = started();
    for (let minute = 0; minute < 70; minute++) {
      sender.report(serviceEvent());
      await pass(60);
    }
    expect(requests.map(({ method, at }) => [method, at])).toEqual([
      ['POST', 0],
      ['POST', 3_900],
    ]);
    expect(requests[0]?.body.metadata?.name).toBe(requests[1]?.body.metadata?.name);
  });

  test('is left at that where another node told it', async () => {
    const { sender, requests, lines, pass } = started(() => ({ status: 409 }));
    sender.report(serviceEvent());
    sender.report(serviceEvent());
    await pass(hour);
    expect(requests).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test('is asked about less and less where the others always were first', async () => {
    const { sender, requests, pass } = started(() => ({ status: 409 }));
    for (const event of numbered(20)) sender.report(event);
    await pass(320);
    expect(requests.map(({ at }) => at)).toEqual([0, 10, 30, 70, 150, 310]);
    sender.report(nodeEvent());
    await pass(1);
    expect(requests.at(-1)).toMatchObject({ at: 320, path: expect.stringContaining('/default/') });
  });
});

describe('of very many events', () => {
  test('ten go at once, and then one each five seconds', async () => {
    const { sender, requests, pass } = started();
    for (const event of numbered(100)) sender.report(event);
    await pass(60);
    expect(requests.map(({ at }) => at)).toEqual([
      ...Array.from({ length: 10 }, () => 0),
      ...Array.from({ length: 12 }, (_, index) => (index + 1) * 5),
    ]);
  });

  test('a thousand wait, picked by chance; the rest is left out, and that is said once', async () => {
    const { sender, requests, lines, pass } = started(undefined, someNumbers());
    for (const event of numbered(10_000)) sender.report(event);
    sender.report(nodeEvent());
    await pass(3 * hour);
    expect(requests[0]?.path).toContain('/default/');
    expect(requests).toHaveLength(1_001);
    const tenths = requests.flatMap(({ body }) => body.metadata?.name.match(/^s(\d+)\./)?.[1] ?? []);
    expect(new Set(tenths.map((name) => Math.floor(Number(name) / 1_000))).size).toBe(10);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('left out') }),
    ]);
  });

  test('those of one object wait for each other, and are left out where that takes too long', async () => {
    const { sender, requests, pass } = started();
    for (let index = 0; index < 100; index++) sender.report(serviceEvent({ note: `problem ${index}` }));
    await pass(hour);
    expect(requests.map(({ at }) => at)).toEqual([0, 0, 0, 0, 0, 300, 600]);
  });
});

describe('where the server is in trouble', () => {
  test.each<[string, Answer]>([
    ['does not answer', new Error('ECONNREFUSED')],
    ['never ends its answer', 'none'],
    ['has too much to do', { status: 429 }],
    ['fails', { status: 500 }],
    ['does not know us for now', { status: 401 }],
  ])('an event is sent again, later and later, where it %s', async (_, trouble) => {
    let troubled = true;
    const { sender, requests, lines, pass } = started(() => (troubled ? trouble : { status: 201 }));
    sender.report(nodeEvent());
    await pass(60);
    const gaps = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    troubled = false;
    await pass(60);
    const sent = requests.length;
    await pass(hour);
    expect(requests).toHaveLength(sent);
    expect(lines).toEqual([]);
  });

  test('it is not asked earlier than it says', async () => {
    const { sender, requests, pass } = started(() => ({ status: 429, retryAfter: 90_000 }));
    sender.report(nodeEvent());
    sender.report(serviceEvent());
    await pass(179);
    expect(requests.map(({ at }) => at)).toEqual([0, 90]);
  });

  test('an event is left out after twelve attempts, and others have their turn', async () => {
    const { sender, requests, pass } = started(({ path }) => ({
      status: path.includes('/shop/') ? 500 : 201,
    }));
    sender.report(serviceEvent());
    await pass(hour);
    expect(requests).toHaveLength(12);
    sender.report(nodeEvent());
    await pass(60);
    expect(requests.at(-1)?.path).toContain('/default/');
  });
});

describe('where the server refuses', () => {
  test.each([403, 404])('all events, with %i, that is said once, and no more are sent', async (status) => {
    const { sender, requests, lines, pass } = started(() => ({
      status,
      body: { message: 'no events for you' },
    }));
    for (const event of numbered(20)) sender.report(event);
    await pass(hour);
    sender.report(nodeEvent());
    await pass(hour);
    expect(requests).toHaveLength(1);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', error: `${status}: no events for you` }),
    ]);
  });

  test.each([
    ['is gone', 404, { reason: 'NotFound', details: { kind: 'namespaces', name: 'shop' } }],
    ['is going', 403, { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } }],
  ])('an event because its namespace %s, others go on', async (_, status, body) => {
    const { sender, requests, lines, pass } = started(({ path }) =>
      path.includes('/shop/') ? { status, body } : { status: 201 },
    );
    sender.report(serviceEvent());
    await pass(1);
    sender.report(nodeEvent());
    await pass(1);
    expect(requests).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  test('an event that it cannot read, that is said, and others go on', async () => {
    const { sender, requests, lines, pass } = started(({ path }) =>
      path.includes('/shop/') ? { status: 422, body: { message: 'note is too long' } } : { status: 201 },
    );
    sender.report(serviceEvent());
    await pass(1);
    sender.report(nodeEvent());
    await pass(1);
    expect(requests).toHaveLength(2);
    expect(lines).toMatchObject([
      { level: 'warn', error: '422: note is too long', reason: 'InvalidService' },
    ]);
  });
});

describe('at the end', () => {
  test('nothing is sent any more', async () => {
    const { sender, requests, pass, ending } = started();
    for (const event of numbered(100)) sender.report(event);
    await pass(1);
    ending.abort();
    await pass(0);
    expect(vi.getTimerCount()).toBe(0);
    await pass(hour);
    sender.report(nodeEvent());
    await pass(hour);
    expect(requests).toHaveLength(10);
  });

  test('idle waits until all is sent, but not for ever', async () => {
    const { sender, pass } = started(() => 'none');
    let waits = true;
    void sender.idle(1_000).then(() => {
      waits = false;
    });
    await pass(0);
    expect(waits).toBe(false);
    sender.report(nodeEvent());
    waits = true;
    void sender.idle(1_000).then(() => {
      waits = false;
    });
    await pass(0.9);
    expect(waits).toBe(true);
    await pass(0.1);
    expect(waits).toBe(false);
  });
});
