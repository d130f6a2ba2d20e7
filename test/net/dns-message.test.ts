import { describe, expect, test } from 'vitest';
import { dnsCode, encodeDnsQuery, isAnswerTo } from '../../src/net/dns-message.ts';

const query = encodeDnsQuery(0x1234, 'kubernetes.default.svc.cluster.local');

test('a question as RFC 1035 has it: header, labels, root, type A, class IN', () => {
  expect(encodeDnsQuery(0xabcd, 'a.bc').toString('hex')).toBe(
    'abcd01000001000000000000' + '0161' + '026263' + '00' + '0001' + '0001',
  );
});

test('a final dot changes nothing', () => {
  expect(encodeDnsQuery(1, 'a.bc.')).toStrictEqual(encodeDnsQuery(1, 'a.bc'));
});

test.each(['a..b', `${'a'.repeat(64)}.b`])('no question for %s', (name) => {
  expect(() => encodeDnsQuery(1, name)).toThrow(RangeError);
});

describe('an answer', () => {
  const answer = (change: (message: Buffer) => void) => {
    const message = Buffer.from(query);
    message.writeUInt16BE(0x8180, 2);
    change(message);
    return message;
  };

  test('has the identifier of the question', () => {
    expect(
      isAnswerTo(
        query,
        answer(() => undefined),
      ),
    ).toBe(true);
    expect(
      isAnswerTo(
        query,
        answer((message) => message.writeUInt16BE(0x4321, 0)),
      ),
    ).toBe(false);
  });

  test('is a response, not the question itself', () => {
    expect(isAnswerTo(query, query)).toBe(false);
  });

  test('has at least a header', () => {
    expect(isAnswerTo(query, answer(() => undefined).subarray(0, 11))).toBe(false);
  });

  test.each([
    [0, 'NOERROR'],
    [2, 'SERVFAIL'],
    [3, 'NXDOMAIN'],
    [5, 'REFUSED'],
    [9, 'RCODE 9'],
  ])('with the code %d is %s', (code, name) => {
    expect(dnsCode(answer((message) => message.writeUInt16BE(0x8180 | code, 2)))).toBe(name);
  });
});
