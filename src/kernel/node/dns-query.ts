import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { dnsCode, encodeDnsQuery, isAnswerTo } from '../../net/dns-message.ts';
import type { DnsOutcome, DnsQuestion } from '../live-view.ts';

/** Asks a name server once, over UDP or TCP as it says, and waits until the signal aborts. */
export async function dnsQuery(question: DnsQuestion, signal: AbortSignal): Promise<DnsOutcome> {
  const query = encodeDnsQuery(Math.floor(Math.random() * 0x10000), question.name);
  try {
    const answer = await (question.protocol === 'UDP' ? overUdp : overTcp)(question, query, signal);
    return { kind: 'answer', code: dnsCode(answer) };
  } catch (error) {
    if (signal.aborted) return { kind: 'silence' };
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { kind: 'error', code };
  }
}

type Transport = (question: DnsQuestion, query: Buffer, signal: AbortSignal) => Promise<Buffer>;

/** Connected, so that an ICMP error comes back as an error, and only the server can answer. */
const overUdp: Transport = async ({ server, port }, query, signal) => {
  const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4');
  // One that comes when nobody waits says nothing new: the next wait ends by the signal.
  socket.on('error', () => undefined);
  try {
    socket.connect(port, server);
    await once(socket, 'connect', { signal });
    socket.send(query);
    for (;;) {
      const [answer] = (await once(socket, 'message', { signal })) as [Buffer];
      if (isAnswerTo(query, answer)) return answer;
    }
  } finally {
    socket.close();
  }
};

/** Each message has its length before it (RFC 1035, 4.2.2), and may come in parts. */
const overTcp: Transport = async ({ server, port }, query, signal) => {
  const socket = connect({ host: server, port, signal });
  try {
    await once(socket, 'connect', { signal });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) continue;
      const answer = received.subarray(2);
      if (isAnswerTo(query, answer)) return answer;
      throw Object.assign(new Error('not a DNS answer'), { code: 'EBADMSG' });
    }
    throw Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' });
  } finally {
    socket.destroy();
  }
};
