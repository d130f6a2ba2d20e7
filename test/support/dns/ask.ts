import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { encode, type Packet, streamEncode } from 'dns-packet';
import { patience } from '../patience.ts';
import { type ReadResponse, readResponse } from './read-response.ts';

/** Asks a name server over UDP, on one socket, one question after the other. */
export class UdpAsker implements Disposable {
  readonly #socket: Socket = createSocket('udp4');
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends the octets, and returns those that come back first. */
  async exchange(message: Buffer): Promise<Buffer> {
    const answer = once(this.#socket, 'message', { signal: AbortSignal.timeout(patience) });
    this.#socket.send(message, this.#port, '127.0.0.1');
    const [received] = (await answer) as [Buffer];
    return received;
  }

  async ask(packet: Packet): Promise<ReadResponse> {
    return readResponse(await this.exchange(encode(packet)));
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Asks over one TCP connection, all at once; returns the answers in the order in which they come. */
export async function askOverTcp(port: number, packets: readonly Packet[]): Promise<readonly ReadResponse[]> {
  const socket = connect({ host: '127.0.0.1', port, signal: AbortSignal.timeout(patience) });
  socket.end(Buffer.concat(packets.map((packet) => streamEncode(packet))));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  const received = Buffer.concat(chunks);
  const answers: ReadResponse[] = [];
  for (let at = 0; at < received.length; at += 2 + received.readUInt16BE(at))
    answers.push(readResponse(received.subarray(at + 2, at + 2 + received.readUInt16BE(at))));
  return answers;
}
