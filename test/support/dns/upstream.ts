import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';

/** A name server of the tests' own; disposing of it ends it. */
export interface TestUpstream extends AsyncDisposable {
  readonly port: number;
  /** `TYPE name` of each question that came, with `tcp` where it came so. */
  readonly asked: readonly string[];
}

const records: Readonly<Record<string, readonly Answer[]>> = {
  'www.example.com': [
    { type: 'A', name: 'www.example.com', ttl: 300, data: '192.0.2.80' },
    { type: 'AAAA', name: 'www.example.com', ttl: 300, data: '2001:db8::80' },
    { type: 'TXT', name: 'www.example.com', ttl: 300, data: 'a text' },
  ],
  'moved.example.com': [{ type: 'CNAME', name: 'moved.example.com', ttl: 300, data: 'www.example.com' }],
  'large.example.com': Array.from({ length: 100 }, (_, index) => ({
    ...({ type: 'A', name: 'large.example.com', ttl: 300 } as const),
    data: `192.0.2.${index}`,
  })),
};

const soa: Answer = {
  type: 'SOA',
  name: 'example.com',
  ttl: 60,
  data: {
    mname: 'ns.example.com',
    rname: 'admin.example.com',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 60,
  },
};

/** Serves example.com over UDP and TCP on 127.0.0.1. Answers come once `gate` is open: never, where that never is. */
export async function startUpstream(gate: Promise<void> = Promise.resolve()): Promise<TestUpstream> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const respond = (message: Buffer, limit: number, by: string): Buffer => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    asked.push(`${by}${question?.type} ${question?.name}`);
    const answer = encode(answerTo(query));
    return answer.length <= limit
      ? answer
      : encode({ ...answerTo(query), answers: [], flags: recursive | TRUNCATED_RESPONSE });
  };
  socket.on('message', (message, remote) => {
    const answer = respond(message, 1_232, '');
    void gate.then(() => socket.send(answer, remote.port, remote.address));
  });
  const server = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.once('data', (chunk) => {
      const answer = respond(chunk.subarray(2), 0xffff, 'tcp ');
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      void gate.then(() => connection.end(Buffer.concat([length, answer])));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    asked,
    async [Symbol.asyncDispose]() {
      socket.close();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

const recursive = RECURSION_DESIRED | RECURSION_AVAILABLE;

function answerTo({ id, questions = [] }: Packet): Packet {
  const [question] = questions;
  const name = (question?.name ?? '').toLowerCase();
  const own = records[name];
  const answers = answersOf(name, question?.type ?? 'A');
  return {
    type: 'response',
    ...(id === undefined ? {} : { id }),
    flags: recursive | (own === undefined ? nxdomain : 0) | (name === '' ? AUTHORITATIVE_ANSWER : 0),
    questions,
    answers: [...answers],
    authorities: answers.length === 0 ? [soa] : [],
  };
}

const nxdomain = 3;

function answersOf(name: string, type: string): readonly Answer[] {
  const own = records[name] ?? [];
  const [first] = own;
  if (first?.type === 'CNAME' && type !== 'CNAME') return [first, ...answersOf(String(first.data), type)];
  return own.filter((record) => record.type === type);
}
