import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '../../program/http.ts';
import { type Identity, introduction } from './identity.ts';

/**
 * Answers a connection with who is there: who asks by HTTP gets an HTTP response, and who sends anything else, or closes their
 * side, a line.
 */
export function streamAnswerer(identity: Identity): (socket: Socket) => void {
  const web = webServer(identity);
  return (socket) => {
    // A client that gives up early is its own affair.
    socket.on('error', () => socket.destroy());
    const onEnd = () => socket.end(introductionOf(identity, socket));
    socket.once('end', onEnd);
    socket.once('data', (first) => {
      socket.removeListener('end', onEnd);
      if (startsRequest.test(first.toString('latin1'))) {
        socket.pause();
        socket.unshift(first);
        web.emit('connection', socket);
        socket.resume();
      } else onEnd();
    });
  };
}

function webServer(identity: Identity): Server {
  const answer: RequestListener = (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(introductionOf(identity, request.socket));
  };
  return http.createServer(answer);
}

function introductionOf(identity: Identity, socket: Socket): string {
  return introduction(
    identity,
    { address: socket.localAddress, port: socket.localPort },
    { address: socket.remoteAddress, port: socket.remotePort },
  );
}

/** A method and a space (RFC 9112, section 3). */
const startsRequest = /^[A-Z]{3,7} /;
