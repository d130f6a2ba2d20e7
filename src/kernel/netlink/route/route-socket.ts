import { type Answer, answerOf, errnoText } from '../answer.ts';
import { type Message, messageKinds, messagesOf } from '../messages.ts';
import { aligned } from '../netlink-attributes.ts';
import { bindNetlinkSocket, type NetlinkSocket } from '../netlink-socket.ts';
import { KernelError } from './kernel-error.ts';
import { type RouteRequest, requestBytes } from './route-request.ts';

/** Links, addresses, routes and neighbours of one network namespace: that in which it was opened. */
export interface RouteSocket extends Disposable {
  /** Has the kernel change something. Throws a `KernelError` where it refuses. */
  change(request: RouteRequest): void;
  /** One object; `undefined` where there is none. Throws a `KernelError` where the kernel refuses. */
  get(request: RouteRequest): Message | undefined;
  /** All objects of a kind, asked for anew where they changed meanwhile. Throws a `KernelError`. */
  list(request: RouteRequest): readonly Message[];
}

/**
 * Resolves to what opens such sockets, in the network namespace of the calling thread. It works on this thread: the kernel
 * answers while the request is sent. Rejects where koffi is not there.
 */
export async function bindRouteSocket(): Promise<() => RouteSocket> {
  const open = await bindNetlinkSocket('route');
  return () => routeSocket(open());
}

function routeSocket(socket: NetlinkSocket): RouteSocket {
  const ask = (request: RouteRequest, flags: number): readonly Message[] => {
    socket.sendNow(requestBytes(request, flags | NLM_F_REQUEST));
    return [...received(socket, request)];
  };
  return {
    change: (request) => void ask(request, NLM_F_ACK),
    get(request) {
      try {
        return ask(request, 0)[0];
      } catch (error) {
        if (error instanceof KernelError && isAbsence.has(error.code)) return undefined;
        throw error;
      }
    },
    list(request) {
      for (let tries = 1; ; tries += 1) {
        const replies = ask(request, NLM_F_DUMP);
        const hasChanged = replies.some(({ flags }) => (flags & NLM_F_DUMP_INTR) !== 0);
        if (!hasChanged || tries === mostTries) return replies;
      }
    },
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  };
}

/** The replies to the one request under way, each a copy; ends with the kernel's acknowledgement or the end of a list. */
function* received(socket: NetlinkSocket, request: RouteRequest): Generator<Message> {
  for (;;) {
    const datagram = socket.receiveNow();
    if (datagram === undefined)
      throw new KernelError(request.purpose, 'ENODATA', 'the kernel does not answer');
    if (datagram === 'overrun') throw new KernelError(request.purpose, 'ENOBUFS', 'answers were lost');
    for (const message of messagesOf(Buffer.from(datagram), aligned(request.header.length))) {
      if (message.type === messageKinds.done) return;
      if (message.type !== messageKinds.error) {
        yield message;
        // The reply to what is asked for alone comes without an acknowledgement.
        if ((message.flags & NLM_F_MULTI) === 0) return;
        continue;
      }
      if (message.errno === 0) return;
      throw errorOf(request, answerOf(message));
    }
  }
}

function errorOf({ purpose }: RouteRequest, { errno, words }: Answer): KernelError {
  const said = errnoText(errno);
  const code = /\((\w+)\)$/.exec(said)?.[1] ?? `E${errno}`;
  return new KernelError(purpose, code, words === undefined ? said : `${said}: ${words}`);
}

const isAbsence: ReadonlySet<string> = new Set(['ENODEV', 'ENOENT', 'ESRCH', 'ENETUNREACH', 'EHOSTUNREACH']);

/** A list that changes again and again is taken as it is. */
const mostTries = 8;

const [NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP] = [1, 2, 4, 0x10, 0x300];
