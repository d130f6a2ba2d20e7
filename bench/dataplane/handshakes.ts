/** The TCP handshakes that one end saw. */
export interface Handshakes {
  /** Microseconds from each SYN to the SYN-ACK that answers it. */
  readonly latencies: readonly number[];
  /** SYNs that were sent again, because no answer came. */
  readonly repeated: number;
}

/**
 * Reads the handshakes from a capture of Ethernet frames with IPv4 in them, of SYN and SYN-ACK packets to
 * and from one server, as tcpdump writes it with nanoseconds (pcap savefile format, pcap-savefile(5)). A
 * repeated SYN counts from its first sending. Throws where the capture is of another kind.
 */
export function readHandshakes(capture: Buffer): Handshakes {
  const waiting = new Map<number, { readonly sequence: number; readonly sent: number }>();
  const latencies: number[] = [];
  let repeated = 0;
  for (const { time, clientPort, sequence, isAnswer } of segments(capture)) {
    const syn = waiting.get(clientPort);
    if (isAnswer) {
      if (syn !== undefined) latencies.push(time - syn.sent);
      waiting.delete(clientPort);
    } else if (syn?.sequence === sequence) {
      repeated += 1;
    } else {
      waiting.set(clientPort, { sequence, sent: time });
    }
  }
  return { latencies, repeated };
}

interface Segment {
  /** Microseconds since the epoch, with a fraction. */
  readonly time: number;
  readonly clientPort: number;
  readonly sequence: number;
  readonly isAnswer: boolean;
}

const ethernet = 1;
const ethernetHeader = 14;
const fileHeader = 24;
const recordHeader = 16;
const acknowledges = 0x10;

function* segments(capture: Buffer): Generator<Segment> {
  const word = wordReader(capture);
  // Doubles hold microseconds since the epoch only to a quarter: so times count from the first packet.
  const firstSecond = capture.length > fileHeader ? word(fileHeader) : 0;
  let length = 0;
  // tcpdump may end in the middle of a record, if something ended it.
  for (let at = fileHeader; at + recordHeader <= capture.length; at += recordHeader + length) {
    length = word(at + 8);
    const frame = capture.subarray(at + recordHeader, at + recordHeader + length);
    const tcp = frame.subarray(ethernetHeader + ((frame[ethernetHeader] ?? 0) & 15) * 4);
    if (tcp.length < 14) continue;
    const isAnswer = (tcp.readUInt8(13) & acknowledges) !== 0;
    yield {
      time: (word(at) - firstSecond) * 1e6 + word(at + 4) / 1e3,
      clientPort: tcp.readUInt16BE(isAnswer ? 2 : 0),
      sequence: tcp.readUInt32BE(4),
      isAnswer,
    };
  }
}

/** Reads the headers of the capture, which are in the byte order of the machine that wrote it. */
function wordReader(capture: Buffer): (at: number) => number {
  if (capture.length < fileHeader) throw new Error('the capture has no header');
  const little = capture.readUInt32LE(0) === 0xa1b23c4d;
  if (!little && capture.readUInt32BE(0) !== 0xa1b23c4d) {
    throw new Error('the capture is no pcap file with nanoseconds');
  }
  const word = (at: number) => (little ? capture.readUInt32LE(at) : capture.readUInt32BE(at));
  if (word(20) !== ethernet) throw new Error('the capture is not of Ethernet frames');
  return word;
}
