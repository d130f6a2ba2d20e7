import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/net/address.ts';
import { domainName, nameOf, rootName } from '../../../src/net/dns/domain-name.ts';
import { MessageWriter } from '../../../src/net/dns/message-writer.ts';
import { DnsMessageError, readName } from '../../../src/net/dns/read-name.ts';
import { type Query, readQuery } from '../../../src/net/dns/read-query.ts';
import { isResponseTo, readRecord, recordsOf } from '../../../src/net/dns/read-response.ts';
import type { ResourceRecord } from '../../../src/net/dns/resource-record.ts';
import { Frames, framed } from '../../../src/net/dns/tcp-frames.ts';
import { writeQuery } from '../../../src/net/dns/write-query.ts';
import { writeResponse } from '../../../src/net/dns/write-response.ts';
import { readResponse } from '../../support/dns/read-response.ts';

const label = fc.stringMatching(/^[a-z0-9_]{1,8}$/);
/** Of few labels, so that many names have an end in common. */
const text = fc
  .array(fc.oneof(label, fc.constantFrom('web', 'default', 'svc')), { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, 'cluster', 'local'].join('.'));
const uint16 = fc.nat(0xffff);
const uint32 = fc.nat(0x7fffffff);

const record: fc.Arbitrary<{ readonly own: ResourceRecord; readonly other: object }> = fc
  .tuple(
    text,
    uint32,
    text,
    text,
    uint16,
    uint16,
    uint16,
    fc.nat(255),
    fc.constantFrom('A', 'AAAA', 'CNAME', 'NS', 'PTR', 'SRV', 'TXT', 'SOA'),
  )
  .map(([owner, ttl, target, mailbox, priority, weight, port, octet, type]) => {
    const head = { name: domainName(owner), ttl };
    const other = { name: owner, ttl, type };
    switch (type) {
      case 'A':
        return {
          own: { ...head, type, address: `10.0.0.${octet}` as Address },
          other: { ...other, data: `10.0.0.${octet}` },
        };
      case 'AAAA': {
        const address = `fd00::${(octet + 1).toString(16)}`;
        return { own: { ...head, type, address: address as Address }, other: { ...other, data: address } };
      }
      case 'SRV':
        return {
          own: { ...head, type, priority, weight, port, target: domainName(target) },
          other: { ...other, data: { priority, weight, port, target } },
        };
      case 'TXT':
        return { own: { ...head, type, text: target }, other: { ...other, data: [Buffer.from(target)] } };
      case 'SOA': {
        const numbers = { serial: ttl, refresh: 1, retry: 2, expire: 3, minimum: 4 };
        return {
          own: { ...head, type, server: domainName(target), mailbox: domainName(mailbox), ...numbers },
          other: { ...other, data: { mname: target, rname: mailbox, ...numbers } },
        };
      }
      default:
        return {
          own: { ...head, type, target: domainName(target) },
          other: { ...other, data: target },
        } as never;
    }
  });

const query: fc.Arbitrary<Query> = fc.record({
  id: uint16,
  recursionDesired: fc.boolean(),
  checkingDisabled: fc.boolean(),
  question: fc.record({
    name: text.map(domainName),
    type: fc.constantFrom(1, 28, 33),
    class: fc.constant(1),
  }),
  edns: fc.option(fc.record({ version: fc.nat(255), size: uint16, dnssecOk: fc.boolean() }), {
    nil: undefined,
  }),
});

const limits = { size: 0xffff, ednsSize: 1_232, recursionAvailable: true };
const writer = new MessageWriter(0x20000);

test('whatever is written is what another reader reads', () => {
  fc.assert(
    fc.property(query, fc.array(record, { maxLength: 12 }), fc.nat(12), (asked, records, cut) => {
      const [answers, authorities] = [records.slice(0, cut), records.slice(cut)];
      const message = writeResponse(
        writer,
        asked,
        {
          code: 'NXDOMAIN',
          authoritative: true,
          answers: answers.map(({ own }) => own),
          authorities: authorities.map(({ own }) => own),
          additionals: [],
        },
        limits,
      );
      const read = readResponse(message);
      expect(read).toMatchObject({ type: 'response', id: asked.id, flag_aa: true, rcode: 'NXDOMAIN' });
      expect(read.answers).toMatchObject(answers.map(({ other }) => other));
      expect(read.authorities).toMatchObject(authorities.map(({ other }) => other));
      expect(read.additionals).toHaveLength(asked.edns === undefined ? 0 : 1);
      expect(isResponseTo(asked, message)).toBe(true);
    }),
  );
});

test('records that are taken out of a message stand for themselves', () => {
  fc.assert(
    fc.property(query, fc.array(record, { maxLength: 12 }), (asked, records) => {
      const response = { code: 'NOERROR', authoritative: false, authorities: [], additionals: [] } as const;
      const answers = records.map(({ own }) => own);
      const first = writeResponse(writer, asked, { ...response, answers }, limits);
      const taken = recordsOf(first)
        .filter(({ section }) => section === 'answers')
        .map((one) => readRecord(first, one));
      const other = { ...asked, question: { ...asked.question, name: domainName('other.example.com') } };
      const second = writeResponse(writer, other, { ...response, answers: taken }, limits);
      expect(decode(second).answers).toMatchObject(records.map(({ other: one }) => one));
    }),
  );
});

test('no response is larger than it may be, and one that is cut says so', () => {
  fc.assert(
    fc.property(
      query,
      fc.array(record, { maxLength: 40 }),
      fc.integer({ min: 512, max: 1_232 }),
      (asked, records, size) => {
        const answers = records.map(({ own }) => own);
        const response = {
          code: 'NOERROR',
          authoritative: true,
          answers,
          authorities: [],
          additionals: answers,
        } as const;
        const message = writeResponse(writer, asked, response, { ...limits, size });
        expect(message.length).toBeLessThanOrEqual(size);
        const read = readResponse(message);
        expect(read.flag_tc).toBe((read.answers ?? []).length < answers.length);
      },
    ),
  );
});

test('a query is read as it was written, by this reader and by another', () => {
  fc.assert(
    fc.property(query, (asked) => {
      const message = writeQuery(asked);
      expect(readQuery(message)).toEqual({ kind: 'query', query: asked });
      expect(decode(message)).toMatchObject({ type: 'query', id: asked.id, questions: [{ class: 'IN' }] });
    }),
  );
});

test('a query of another writer is read', () => {
  fc.assert(
    fc.property(text, uint16, (name, id) => {
      const message = encode({
        type: 'query',
        id,
        flags: RECURSION_DESIRED,
        questions: [{ type: 'A', name }],
      });
      expect(readQuery(message)).toMatchObject({
        kind: 'query',
        query: { id, question: { name: domainName(name) } },
      });
    }),
  );
});

test('no octets make a reader throw what is not meant, or run for ever', () => {
  const octets = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  const mutated = fc
    .tuple(query, fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 5 }))
    .map(([asked, changes]) => {
      const message = writeQuery(asked);
      for (const [at, octet] of changes) if (at < message.length) message[at] = octet;
      return message;
    });
  fc.assert(
    fc.property(fc.oneof(octets, mutated), (message) => {
      readQuery(message);
      try {
        for (const one of message.length < 12 ? [] : recordsOf(message)) readRecord(message, one);
      } catch (error) {
        expect(error).toBeInstanceOf(DnsMessageError);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe('pointers', () => {
  test('that lead around, on or to themselves are refused', () => {
    const message = Buffer.from([1, 0x61, 0xc0, 4, 0xc0, 2, 0xc0, 6]);
    for (const start of [0, 2, 4, 6]) expect(() => readName(message, start)).toThrow(DnsMessageError);
  });

  test('lead back to the rest of a name', () => {
    expect(readName(Buffer.from([1, 0x61, 0, 1, 0x62, 0xc0, 0]), 3)).toEqual({
      name: nameOf(['b', 'a']),
      end: 7,
    });
    expect(readName(Buffer.from([0]), 0)).toEqual({ name: rootName, end: 1 });
  });
});

test('messages over TCP are the same however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 })),
      fc.integer({ min: 1, max: 9 }),
      (messages, size) => {
        const all = Buffer.concat(messages.map((message) => framed(Buffer.from(message))));
        const frames = new Frames();
        const read: Buffer[] = [];
        for (let at = 0; at < all.length; at += size) read.push(...frames.push(all.subarray(at, at + size)));
        expect(read.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
      },
    ),
  );
});
