import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { domainName } from '../../net/dns/domain-name.ts';
import { classes, recordTypes, responseCodeName } from '../../net/dns/numbers.ts';
import type { Query } from '../../net/dns/read-query.ts';
import { isResponseTo, responseCodeOf } from '../../net/dns/read-response.ts';
import { Frames, framed } from '../../net/dns/tcp-frames.ts';
import { writeQuery } from '../../net/dns/write-query.ts';
import type { DnsOutcome, DnsQuestion } from '../live-view.ts';

/** Asks a name server once for an A record, over UDP or TCP as it says, and waits until the signal aborts. */
export async function dnsQuery(question: DnsQuestion, signal: AbortSignal): Promise<DnsOutcome> {
  const query: Query = {
    id: randomInt(0x10000),
    recursionDesired: true,
    checkingDisabled: false,
    question: { name: domainName(question.name), type: recordTypes.A, class: classes.IN },
    edns: undefined,
  };
  try {
    const answer = await (question.protocol === 'UDP' ? overUdp : overTcp)(question, query, signal);
    return { kind: 'answer', code: responseCodeName(responseCodeOf(answer)) };
  } catch (error) {
    if (signal.aborted) return { kind: 'silence' };
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { kind: 'error', code };
  }
}

type Transport = (question: DnsQuestion, query: Query, signal: AbortSignal) => Promise<Buffer>;

/** Connected, so that an ICMP error comes back as an error, and only the server can answer. */
const overUdp: Transport = async ({ server, port }, query, signal) => {
  const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4');
  // One that comes when nobody waits says nothing new: the next wait ends by the signal.
  socket.on('error', () => undefined);
  try {
    socket.connect(port, server);
    await once(socket, 'connect', { signal });
    socket.send(writeQuery(query));
    for (;;) {
      const [answer] = (await once(socket, 'message', { signal })) as [Buffer];
      if (isResponseTo(query, answer)) return answer;
    }
  } finally {
    socket.close();
  }
};

const overTcp: Transport = async ({ server, port }, query, signal) => {
  const socket = connect({ host: server, port, signal });
  try {
    await once(socket, 'connect', { signal });
    socket.write(framed(writeQuery(query)));
    const frames = new Frames();
    for await (const chunk of socket) {
      const [answer] = frames.push(chunk);
      if (answer === undefined) continue;
      if (isResponseTo(query, answer)) return answer;
      throw Object.assign(new Error('not a DNS answer'), { code: 'EBADMSG' });
    }
    throw Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' });
  } finally {
    socket.destroy();
  }
};
