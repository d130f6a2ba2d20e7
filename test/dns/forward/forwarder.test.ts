import { decode } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import type { Forwarded } from '../../../src/dns/forward/forwarded.ts';
import { domainName } from '../../../src/net/dns/domain-name.ts';
import { responseCodeOf } from '../../../src/net/dns/read-response.ts';
import { a, type Behaviour, fakeForwarder } from '../../support/dns/forwarder.ts';

const question = { name: domainName('www.example.com'), type: 1, class: 1 };
const plain = { dnssecOk: false, checkingDisabled: false };
const servfail = 2;
const nxdomain = 3;

const answers: Behaviour = () => [a('192.0.2.80')];
const silent: Behaviour = () => 'silent';

function data(forwarded: Forwarded | undefined): unknown {
  return forwarded === undefined ? undefined : decode(forwarded.message).answers;
}

describe('servers are asked in their order', () => {
  test('until one answers', async () => {
    const { forwarder, asked } = fakeForwarder([silent, answers, answers]);
    expect(data(await forwarder.ask(question, plain))).toMatchObject([{ data: '192.0.2.80' }]);
    expect(asked).toEqual(['udp 192.0.2.1', 'udp 192.0.2.2']);
  });

  test('but those last that did not answer just now', async () => {
    const { forwarder, asked, clock } = fakeForwarder([silent, answers], 0);
    await forwarder.ask(question, plain);
    await forwarder.ask(question, plain);
    clock.now = 11;
    await forwarder.ask(question, plain);
    expect(asked).toEqual([
      ...['udp 192.0.2.1', 'udp 192.0.2.2'],
      ...['udp 192.0.2.2'],
      ...['udp 192.0.2.1', 'udp 192.0.2.2'],
    ]);
  });

  test('where one fails the next may know better', async () => {
    const { forwarder } = fakeForwarder([() => servfail, answers]);
    expect(data(await forwarder.ask(question, plain))).toMatchObject([{ data: '192.0.2.80' }]);
  });

  test('that there is no such name is an answer', async () => {
    const { forwarder, asked } = fakeForwarder([() => nxdomain, answers]);
    const forwarded = await forwarder.ask(question, plain);
    expect(forwarded && responseCodeOf(forwarded.message)).toBe(nxdomain);
    expect(asked).toHaveLength(1);
  });

  test('a failure is told where no server knows better', async () => {
    const { forwarder } = fakeForwarder([() => servfail, silent]);
    const forwarded = await forwarder.ask(question, plain);
    expect(forwarded && responseCodeOf(forwarded.message)).toBe(servfail);
  });

  test('none answers', async () => {
    const { forwarder } = fakeForwarder([silent, silent]);
    expect(await forwarder.ask(question, plain)).toBeUndefined();
  });
});

test('an answer that is cut is asked for over TCP', async () => {
  const { forwarder, asked } = fakeForwarder([() => 'cut']);
  expect(data(await forwarder.ask(question, plain))).toMatchObject([{ data: '192.0.2.99' }]);
  expect(asked).toEqual(['udp 192.0.2.1', 'tcp 192.0.2.1']);
});

test('the same question is under way once, in any case of letters', async () => {
  const gate = Promise.withResolvers<'silent'>();
  const { forwarder, asked } = fakeForwarder([() => gate.promise]);
  const all = ['www.example.com', 'WWW.example.com'].map((name) =>
    forwarder.ask({ ...question, name: domainName(name) }, plain),
  );
  const other = forwarder.ask({ ...question, type: 28 }, plain);
  expect(forwarder.underWay).toBe(2);
  gate.resolve('silent');
  expect(await Promise.all([...all, other])).toEqual([undefined, undefined, undefined]);
  expect(asked).toHaveLength(2);
  expect(forwarder.underWay).toBe(0);
});

test('only so many are under way', async () => {
  const gate = Promise.withResolvers<'silent'>();
  const { forwarder, asked } = fakeForwarder([() => gate.promise]);
  const all = Array.from({ length: 1_001 }, (_, type) => forwarder.ask({ ...question, type }, plain));
  expect(asked.filter((what) => what === 'refused')).toHaveLength(1);
  gate.resolve('silent');
  await Promise.all(all);
});

describe('an answer is remembered', () => {
  test('as long as it says, and grows old meanwhile', async () => {
    const { forwarder, asked, clock } = fakeForwarder([answers]);
    await forwarder.ask(question, plain);
    clock.now = 59;
    expect(forwarder.ask(question, plain)).toMatchObject({ age: 59 });
    clock.now = 60;
    await forwarder.ask(question, plain);
    expect(asked).toHaveLength(2);
  });

  test('for who wants the same of DNSSEC', async () => {
    const { forwarder, asked } = fakeForwarder([answers]);
    await forwarder.ask(question, plain);
    await forwarder.ask(question, { ...plain, dnssecOk: true });
    await forwarder.ask(question, { ...plain, checkingDisabled: true });
    expect(asked).toHaveLength(3);
  });

  test('but no failure is, nor what may be remembered for no time', async () => {
    for (const behaviour of [() => servfail, () => nxdomain, () => [a('192.0.2.1', 0)]]) {
      const { forwarder, asked } = fakeForwarder([behaviour]);
      await forwarder.ask(question, plain);
      await forwarder.ask(question, plain);
      expect(asked).toHaveLength(2);
    }
  });

  test('of too many, those that nobody asked for longest go', async () => {
    const { forwarder, cache, asked } = fakeForwarder([answers], 2);
    for (const type of [1, 2, 1, 3, 1, 2]) await forwarder.ask({ ...question, type }, plain);
    expect(cache.size).toBe(2);
    // 1 was there each time; 2 had to go for 3.
    expect(asked).toHaveLength(4);
  });
});
