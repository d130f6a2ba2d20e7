import { createSocket } from 'node:dgram';
import type { Question } from './ask-from.ts';

/** Sends one datagram, and prints the answer or `null` where none came. */

/** Milliseconds that an answer takes at most, in a lab; whoever asks does it again and again. */
const patience = 500;

const { source, sourcePort, destination, port }: Question = JSON.parse(process.argv[2] ?? '');
const socket = createSocket(source.includes(':') ? 'udp6' : 'udp4');
const timer = setTimeout(() => end('null'), patience);
socket.once('message', (text) => end(text.toString()));
// A reject comes as an error, and is no answer.
socket.once('error', () => end('null'));
socket.bind(sourcePort, source, () => socket.send('who are you?', port, destination));

function end(answer: string): void {
  clearTimeout(timer);
  socket.close();
  process.stdout.write(answer);
}
