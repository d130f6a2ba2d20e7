import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { dnsQuery } from '../../../src/kernel/node/dns-query.ts';
import { tcpConnect } from '../../../src/kernel/node/tcp-connect.ts';
import { address } from '../../support/records.ts';

const server = address('127.0.0.1');
const patient = () => AbortSignal.timeout(10_000);
const name = 'kubernetes.default.svc.cluster.local';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** The response to a question: that there is no such name. */
function refusal(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8183, 2);
  return answer;
}

describe('over UDP', () => {
  async function serve(answers: (query: Buffer) => readonly Buffer[]): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      for (const answer of answers(query)) socket.send(answer, from.port, from.address);
    });
    socket.bind(0, server);
    await once(socket, 'listening');
    stack.defer(() => void socket.close());
    return socket.address().port;
  }

  test('any answer counts, and its code is told', async () => {
    const port = await serve((query) => [refusal(query)]);
    expect(await dnsQuery({ server, port, protocol: 'UDP', name }, patient())).toStrictEqual({
      kind: 'answer',
      code: 'NXDOMAIN',
    });
  });

  test('what is no answer to the question is passed over', async () => {
    const port = await serve((query) => [Buffer.from('noise'), query, refusal(query)]);
    expect(await dnsQuery({ server, port, protocol: 'UDP', name }, patient())).toMatchObject({
      kind: 'answer',
    });
  });

  test('nobody listens: the error of the system', async () => {
    const port = await serve(() => []);
    await stack.disposeAsync();
    stack = new AsyncDisposableStack();
    expect(await dnsQuery({ server, port, protocol: 'UDP', name }, patient())).toStrictEqual({
      kind: 'error',
      code: 'ECONNREFUSED',
    });
  });

  test('silence, until the signal aborts', async () => {
    const asked = Promise.withResolvers<void>();
    const port = await serve(() => {
      asked.resolve();
      return [];
    });
    const ending = new AbortController();
    const outcome = dnsQuery({ server, port, protocol: 'UDP', name }, ending.signal);
    await asked.promise;
    ending.abort();
    expect(await outcome).toStrictEqual({ kind: 'silence' });
  });
});

describe('over TCP', () => {
  async function serve(answer: (query: Buffer) => readonly Buffer[]): Promise<number> {
    const listener = createServer((socket) => {
      socket.on('data', (data) => {
        for (const part of answer(data.subarray(2))) socket.write(part);
        socket.end();
      });
    });
    listener.listen(0, server);
    await once(listener, 'listening');
    stack.defer(() => void listener.close());
    return (listener.address() as AddressInfo).port;
  }
  const framed = (message: Buffer) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    return Buffer.concat([length, message]);
  };

  test('an answer that comes in parts', async () => {
    const port = await serve((query) => {
      const whole = framed(refusal(query));
      return [whole.subarray(0, 1), whole.subarray(1, 9), whole.subarray(9)];
    });
    expect(await dnsQuery({ server, port, protocol: 'TCP', name }, patient())).toStrictEqual({
      kind: 'answer',
      code: 'NXDOMAIN',
    });
  });

  test('closed without an answer', async () => {
    const port = await serve(() => []);
    expect(await dnsQuery({ server, port, protocol: 'TCP', name }, patient())).toStrictEqual({
      kind: 'error',
      code: 'ECONNRESET',
    });
  });

  test('something else than DNS', async () => {
    const port = await serve(() => [framed(Buffer.from('HTTP/1.1 400 Bad Request'))]);
    expect(await dnsQuery({ server, port, protocol: 'TCP', name }, patient())).toStrictEqual({
      kind: 'error',
      code: 'EBADMSG',
    });
  });

  test('a bare connection opens, or says why not', async () => {
    const port = await serve(() => []);
    expect(await tcpConnect(server, port, patient())).toStrictEqual({ kind: 'open' });
    await stack.disposeAsync();
    stack = new AsyncDisposableStack();
    expect(await tcpConnect(server, port, patient())).toStrictEqual({ kind: 'error', code: 'ECONNREFUSED' });
  });
});
