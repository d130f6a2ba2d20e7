import { describe, expect, test } from 'vitest';
import { readHandshakes } from '../../../bench/dataplane/handshakes.ts';

const server = 80;

interface Packet {
  /** Nanoseconds since the first full second of the capture. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly sequence?: number;
  readonly flags: 'SYN' | 'SYN-ACK';
  /** Bytes of options between the IPv4 header and TCP. */
  readonly ipOptions?: number;
}

describe('the handshakes of a capture', () => {
  test('take from the SYN to the SYN-ACK, in microseconds', () => {
    const { latencies, repeated } = readHandshakes(
      capture([
        { at: 5_000, from: 40_000, to: server, flags: 'SYN' },
        { at: 14_500, from: server, to: 40_000, flags: 'SYN-ACK' },
      ]),
    );
    expect(latencies).toEqual([9.5]);
    expect(repeated).toBe(0);
  });

  test('are told apart by the port of the client', () => {
    const { latencies } = readHandshakes(
      capture([
        { at: 0, from: 40_000, to: server, flags: 'SYN' },
        { at: 1_000, from: 40_002, to: server, flags: 'SYN' },
        { at: 21_000, from: server, to: 40_002, flags: 'SYN-ACK' },
        { at: 30_000, from: server, to: 40_000, flags: 'SYN-ACK' },
      ]),
    );
    expect(latencies).toEqual([20, 30]);
  });

  test('go over the end of a second', () => {
    const { latencies } = readHandshakes(
      capture([
        { at: 999_999_000, from: 40_000, to: server, flags: 'SYN' },
        { at: 1_000_006_000, from: server, to: 40_000, flags: 'SYN-ACK' },
      ]),
    );
    expect(latencies).toEqual([7]);
  });

  test('count from the first SYN where it was sent again', () => {
    const { latencies, repeated } = readHandshakes(
      capture([
        { at: 0, from: 40_000, to: server, sequence: 7, flags: 'SYN' },
        { at: 1_000_000_000, from: 40_000, to: server, sequence: 7, flags: 'SYN' },
        { at: 1_000_010_000, from: server, to: 40_000, flags: 'SYN-ACK' },
      ]),
    );
    expect(latencies).toEqual([1_000_010]);
    expect(repeated).toBe(1);
  });

  test('start anew where the client uses a port again', () => {
    const { latencies, repeated } = readHandshakes(
      capture([
        { at: 0, from: 40_000, to: server, sequence: 7, flags: 'SYN' },
        { at: 2_000_000, from: 40_000, to: server, sequence: 8, flags: 'SYN' },
        { at: 2_009_000, from: server, to: 40_000, flags: 'SYN-ACK' },
      ]),
    );
    expect(latencies).toEqual([9]);
    expect(repeated).toBe(0);
  });

  test('need their SYN in the capture, and their SYN-ACK', () => {
    const { latencies } = readHandshakes(
      capture([
        { at: 0, from: server, to: 40_000, flags: 'SYN-ACK' },
        { at: 1_000, from: 40_002, to: server, flags: 'SYN' },
      ]),
    );
    expect(latencies).toEqual([]);
  });

  test('are found behind options of IPv4', () => {
    const { latencies } = readHandshakes(
      capture([
        { at: 0, from: 40_000, to: server, flags: 'SYN', ipOptions: 8 },
        { at: 3_000, from: server, to: 40_000, flags: 'SYN-ACK', ipOptions: 8 },
      ]),
    );
    expect(latencies).toEqual([3]);
  });

  test('are read in the byte order of either kind of machine', () => {
    const packets: readonly Packet[] = [
      { at: 0, from: 40_000, to: server, flags: 'SYN' },
      { at: 4_000, from: server, to: 40_000, flags: 'SYN-ACK' },
    ];
    expect(readHandshakes(capture(packets, 'big'))).toEqual(readHandshakes(capture(packets, 'little')));
  });

  test('end where the capture was cut off', () => {
    const whole = capture([
      { at: 0, from: 40_000, to: server, flags: 'SYN' },
      { at: 4_000, from: server, to: 40_000, flags: 'SYN-ACK' },
      { at: 5_000, from: 40_002, to: server, flags: 'SYN' },
    ]);
    expect(readHandshakes(whole.subarray(0, -50)).latencies).toEqual([4]);
  });

  test('are none in an empty capture', () => {
    expect(readHandshakes(capture([]))).toEqual({ latencies: [], repeated: 0 });
  });
});

describe('what is no capture of handshakes is refused', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'no header'],
    ['microseconds', fileHeader('little', { magic: 0xa1b2c3d4 }), 'no pcap file with nanoseconds'],
    ['another kind of link', fileHeader('little', { link: 113 }), 'not of Ethernet frames'],
  ])('%s', (_, bytes, message) => {
    expect(() => readHandshakes(bytes)).toThrow(message);
  });
});

type ByteOrder = 'big' | 'little';

/** A capture as pcap-savefile(5) has it. */
function capture(packets: readonly Packet[], order: ByteOrder = 'little'): Buffer {
  const firstSecond = 1_790_000_000;
  const records = packets.flatMap((packet) => {
    const frame = frameOf(packet);
    const time = [firstSecond + Math.floor(packet.at / 1e9), packet.at % 1e9];
    return [words(order, [...time, frame.length, frame.length]), frame];
  });
  return Buffer.concat([fileHeader(order, {}), ...records]);
}

function fileHeader(order: ByteOrder, { magic = 0xa1b23c4d, link = 1 }): Buffer {
  return words(order, [magic, 0, 0, 0, 64, link]);
}

function words(order: ByteOrder, values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) {
    if (order === 'little') bytes.writeUInt32LE(value, index * 4);
    else bytes.writeUInt32BE(value, index * 4);
  }
  return bytes;
}

/** Ethernet, IPv4 and TCP, with nothing in them but what the handshakes are read from. */
function frameOf({ from, to, sequence = 1, flags, ipOptions = 0 }: Packet): Buffer {
  const ip = Buffer.alloc(20 + ipOptions);
  ip.writeUInt8(0x40 | (ip.length / 4));
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(from, 0);
  tcp.writeUInt16BE(to, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt8(flags === 'SYN' ? 0x02 : 0x12, 13);
  return Buffer.concat([Buffer.alloc(14), ip, tcp]);
}
