import { describe, expect, test } from 'vitest';
import { domainName } from '../../../src/net/dns/domain-name.ts';
import { writeQuery } from '../../../src/net/dns/write-query.ts';
import { serviceObject } from '../../support/apiserver/objects.ts';
import { externalName, headless, indexOf, slice } from '../../support/dns/cluster.ts';
import { a, fakeForwarder } from '../../support/dns/forwarder.ts';
import { queryFor, responderFor } from '../../support/dns/responder.ts';

const addresses = Array.from({ length: 100 }, (_, index) => `10.244.1.${index}`);
const index = indexOf([
  serviceObject('web'),
  headless('pets'),
  slice('pets', [{ addresses: ['10.244.0.1', '10.244.0.2', '10.244.0.3'] }]),
  headless('many'),
  slice(
    'many',
    addresses.map((address) => ({ addresses: [address] })),
  ),
  externalName('outside', 'www.example.com'),
]);
const { respond, ask } = responderFor(index);
const web = 'web.default.svc.cluster.local';
const edns = { version: 0, size: 4_096, dnssecOk: false };

test('the case of the letters in a name is kept, in the question and in the answer', async () => {
  const name = 'wEb.DEFAULT.svc.Cluster.LOCAL';
  const said = await ask(queryFor(name));
  expect(said).toMatchObject({
    id: 0x1234,
    rcode: 'NOERROR',
    flag_aa: true,
    questions: [{ name }],
    answers: [{ name }],
  });
});

test('names of the cluster are answered without recursion too', async () => {
  expect(await ask(queryFor(web, { recursionDesired: false }))).toMatchObject({
    rcode: 'NOERROR',
    flag_ra: false,
  });
});

test('each endpoint of a headless Service comes first in its turn', async () => {
  const firsts = new Set<unknown>();
  for (let turn = 0; turn < 3; turn += 1) {
    const { answers = [] } = await ask(queryFor('pets.default.svc.cluster.local'));
    expect(answers).toHaveLength(3);
    firsts.add(answers[0] && 'data' in answers[0] ? answers[0].data : undefined);
  }
  expect([...firsts].sort()).toEqual(['10.244.0.1', '10.244.0.2', '10.244.0.3']);
});

describe('a message', () => {
  test.each<[string, (message: Buffer) => Buffer, string]>([
    ['with another opcode is not implemented', (message) => write16(message, 2, 0x2000), 'NOTIMP'],
    ['without a question is wrong', (message) => write16(message, 4, 0), 'FORMERR'],
    ['with two questions is wrong', (message) => write16(message, 4, 2), 'FORMERR'],
    ['that ends in its name is wrong', (message) => message.subarray(0, 16), 'FORMERR'],
    ['that ends in its type is wrong', (message) => message.subarray(0, message.length - 3), 'FORMERR'],
    ['with a pointer in its question is wrong', (message) => write16(message, 12, 0xc00c), 'FORMERR'],
    ['that lacks a record is wrong', (message) => write16(message, 10, 1), 'FORMERR'],
  ])('%s', async (_case, change, code) => {
    const response = await respond(change(writeQuery(queryFor(web))));
    expect(response?.length).toBe(12);
    expect(response?.readUInt16BE(0)).toBe(0x1234);
    expect((response?.readUInt16BE(2) ?? 0) & 0x800f).toBe(
      0x8000 | { FORMERR: 1, NOTIMP: 4 }[code as 'FORMERR'],
    );
  });

  test('that is a response is not answered, nor is one without a header', () => {
    expect(respond(write16(writeQuery(queryFor(web)), 2, 0x8000))).toBeUndefined();
    expect(respond(Buffer.alloc(11))).toBeUndefined();
  });

  test('of another class is refused', async () => {
    const query = queryFor(web);
    expect(await ask({ ...query, question: { ...query.question, class: 3 } })).toMatchObject({
      rcode: 'REFUSED',
    });
  });
});

describe('EDNS', () => {
  test('is answered by EDNS, with the size that this server takes', async () => {
    const said = await ask(queryFor(web, { edns: { ...edns, dnssecOk: true } }));
    expect(said.additionals).toMatchObject([
      { type: 'OPT', udpPayloadSize: 1_232, ednsVersion: 0, flag_do: true },
    ]);
    expect((await ask(queryFor(web))).additionals).toEqual([]);
  });

  test('of an unknown version is told so', async () => {
    const said = await ask(queryFor(web, { edns: { ...edns, version: 1 } }));
    expect(said).toMatchObject({
      rcode: 'NOERROR',
      answers: [],
      additionals: [{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }],
    });
  });
});

describe('an answer that is too long', () => {
  const many = 'many.default.svc.cluster.local';

  test.each([
    ['without EDNS', undefined, 512],
    ['for a client that takes less than every client must', { ...edns, size: 100 }, 512],
    ['for a client that takes 900 octets', { ...edns, size: 900 }, 900],
    ['for a client that takes more than networks carry in one piece', edns, 1_232],
  ])('%s is cut, and says so', async (_case, clientEdns, size) => {
    const said = await ask(queryFor(many, { edns: clientEdns }));
    expect(said.flag_tc).toBe(true);
    expect(said.size).toBeLessThanOrEqual(size);
    expect(said.size).toBeGreaterThan(size - 16);
  });

  test('comes whole over TCP', async () => {
    expect(await ask(queryFor(many), 'tcp')).toMatchObject({ flag_tc: false, answers: { length: 100 } });
  });
});

describe('before all objects are known', () => {
  const { forwarder } = fakeForwarder([() => [a('192.0.2.80')]]);
  const early = responderFor(indexOf([]), { isReady: () => false, forwarder });

  test.each([web, 'none.cluster.local', '1.0.244.10.in-addr.arpa'])('nothing is said of %s', async (name) => {
    expect(await early.ask(queryFor(name))).toMatchObject({ rcode: 'SERVFAIL', flag_aa: false });
  });

  test('other names are forwarded', async () => {
    expect(await early.ask(queryFor('www.example.com'))).toMatchObject({ rcode: 'NOERROR' });
  });
});

describe('another name', () => {
  test('is refused where there is nobody to ask', async () => {
    expect(await ask(queryFor('www.example.com'))).toMatchObject({ rcode: 'REFUSED', flag_ra: false });
  });

  test('is forwarded, with the question as it was asked', async () => {
    const { forwarder, clock } = fakeForwarder([() => [a('192.0.2.80')]]);
    const forwarding = responderFor(index, { forwarder });
    await forwarding.ask(queryFor('www.example.com'));
    clock.now = 10;
    expect(await forwarding.ask(queryFor('WWW.example.com', { edns }))).toMatchObject({
      ...{
        id: 0x1234,
        rcode: 'NOERROR',
        flag_aa: false,
        flag_ra: true,
        questions: [{ name: 'WWW.example.com' }],
      },
      answers: [{ data: '192.0.2.80', ttl: 50 }],
      additionals: [{ type: 'OPT' }],
    });
  });

  test('is a failure where no server answers', async () => {
    const { forwarder } = fakeForwarder([() => 'silent']);
    expect(await responderFor(index, { forwarder }).ask(queryFor('www.example.com'))).toMatchObject({
      rcode: 'SERVFAIL',
    });
  });

  test('is not forwarded for who wants no recursion, nor is a transfer', async () => {
    const { forwarder, asked } = fakeForwarder([() => [a('192.0.2.80')]]);
    const forwarding = responderFor(index, { forwarder });
    for (const query of [
      queryFor('example.com', { recursionDesired: false }),
      queryFor('example.com', { type: 252 }),
    ])
      expect(await forwarding.ask(query)).toMatchObject({ rcode: 'REFUSED' });
    expect(asked).toEqual([]);
  });

  test('is cut where it is too long', async () => {
    const { forwarder } = fakeForwarder([() => addresses.map((address) => a(address))]);
    const forwarding = responderFor(index, { forwarder });
    const said = await forwarding.ask(queryFor('www.example.com'));
    expect(said).toMatchObject({ flag_tc: true, rcode: 'NOERROR' });
    expect(said.size).toBeLessThanOrEqual(512);
    expect(await forwarding.ask(queryFor('www.example.com'), 'tcp')).toMatchObject({
      answers: { length: 100 },
    });
  });

  test('that comes back to this server is refused', async () => {
    const loop = domainName('a.b');
    const looping = responderFor(index, { isOwnProbe: ({ question }) => question.name === loop });
    expect(await looping.ask(queryFor('a.b'))).toMatchObject({ rcode: 'REFUSED' });
  });
});

describe('an alias that leads outside', () => {
  const outside = queryFor('outside.default.svc.cluster.local');

  test('comes with what is there', async () => {
    const { forwarder } = fakeForwarder([() => [a('192.0.2.80')]]);
    expect(await responderFor(index, { forwarder }).ask(outside)).toMatchObject({
      ...{ rcode: 'NOERROR', flag_aa: true },
      answers: [
        { type: 'CNAME', name: 'outside.default.svc.cluster.local', data: 'www.example.com' },
        { type: 'A', name: 'www.example.com', data: '192.0.2.80' },
      ],
    });
  });

  test('comes with the code of who was asked, or of a failure', async () => {
    const answers = [{ type: 'CNAME' }];
    const missing = fakeForwarder([() => 3]);
    expect(await responderFor(index, missing).ask(outside)).toMatchObject({ rcode: 'NXDOMAIN', answers });
    const silent = fakeForwarder([() => 'silent']);
    expect(await responderFor(index, silent).ask(outside)).toMatchObject({ rcode: 'SERVFAIL', answers });
  });

  test('is told alone where there is nobody to ask', async () => {
    expect(await ask(outside)).toMatchObject({ rcode: 'NOERROR', answers: [{ type: 'CNAME' }] });
  });
});

function write16(message: Buffer, at: number, value: number): Buffer {
  message.writeUInt16BE(value, at);
  return message;
}
