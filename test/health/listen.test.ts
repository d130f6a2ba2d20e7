import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { listen, untilListening } from '../../src/health/listen.ts';
import { loopbackAddress } from '../support/health/loopback.ts';

const answer = () => undefined;

test('a port that somebody has is an error, and is free again once it is closed', async () => {
  const address = loopbackAddress();
  const first = await listen({ address, port: 8080, answer });
  await expect(listen({ address, port: 8080, answer })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
  await (await listen({ address, port: 8080, answer })).close();
});

test('closing ends connections that are open', async () => {
  const address = loopbackAddress();
  const listening = await listen({ address, port: 8080, answer });
  const client = connect({ host: address, port: 8080 });
  onTestFinished(() => void client.destroy());
  await new Promise((connected) => client.once('connect', connected));
  const ended = new Promise((closed) => client.on('error', () => undefined).once('close', closed));
  client.resume().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await listening.close();
  await ended;
});

test('it is tried again until it succeeds', async () => {
  let attempts = 0;
  await untilListening(
    async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('not yet');
    },
    1,
    new AbortController().signal,
  );
  expect(attempts).toBe(3);
});

test('it is not tried any more after the end', async () => {
  const ending = new AbortController();
  let attempts = 0;
  const trying = untilListening(
    async () => {
      attempts += 1;
      ending.abort();
      await setImmediate();
      throw new Error('not yet');
    },
    1,
    ending.signal,
  );
  await trying;
  expect(attempts).toBe(1);
});
