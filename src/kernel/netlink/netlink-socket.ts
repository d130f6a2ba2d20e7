import { getSystemErrorMessage, promisify } from 'node:util';
import type { KoffiFunc } from 'koffi';

/**
 * A socket to netfilter: ctnetlink, nf_tables. The kernel works while a request is sent and, on a list, while it is
 * received: where few flows are asked for it goes through the whole table in one call. So both are done on other threads.
 */
export interface NetfilterSocket extends Disposable {
  /** Has the socket take so many bytes in one piece. */
  makeRoom(length: number): void;
  /** Like `send`, on this thread. Throws an `Error`. */
  sendNow(requests: Uint8Array): void;
  /** Like `receive`, on this thread; `overrun` where answers were lost since they found no room. */
  receiveNow(): Buffer | 'overrun' | undefined;
  /** Rejects with an `Error` where the kernel does not take the requests. */
  send(requests: Uint8Array): Promise<void>;
  /** The next datagram, a view that the next call changes; `undefined` where there is none. */
  receive(): Promise<Buffer | undefined>;
}

/**
 * Resolves to what opens such sockets, which throws an `Error` where it may not. Rejects where koffi, which calls the C
 * library, is not there.
 */
export function bindNetfilterSocket(): Promise<() => NetfilterSocket> {
  binding ??= bind();
  return binding;
}

let binding: ReturnType<typeof bind> | undefined;

async function bind(): Promise<() => NetfilterSocket> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const open: Open = library.func('int socket(int domain, int type, int protocol)');
  const close: KoffiFunc<(fd: number) => number> = library.func('int close(int fd)');
  const send: Transfer = library.func('long send(int fd, const void *bytes, size_t length, int flags)');
  const receive: Transfer = library.func('long recv(int fd, _Out_ void *bytes, size_t length, int flags)');
  const setOption: SetOption = library.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  );
  const [sendOnThread, receiveOnThread] = [promisify(send.async), promisify(receive.async)];
  return () => {
    const fd = open(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd < 0) throw new Error('this process may not open a socket to netfilter, or the kernel has none');
    const datagram = Buffer.alloc(largestDatagram);
    const set = (level: number, name: number, value: number) =>
      setOption(fd, level, name, Int32Array.of(value), 4) === 0;
    // Errors come with the kernel's words and the place at fault, and without the whole message that they are about.
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK]) set(SOL_NETLINK, option, 1);
    let room = 0;
    return {
      makeRoom(length) {
        if (length <= room) return;
        room = 2 * length;
        // The latter where this is not the network namespace's first user namespace: the kernel then has a limit.
        if (!set(SOL_SOCKET, SO_SNDBUFFORCE, room)) set(SOL_SOCKET, SO_SNDBUF, room);
      },
      sendNow(requests) {
        const sent = send(fd, requests, requests.length, MSG_DONTWAIT);
        if (sent < 0) throw sendError(koffi.errno());
      },
      receiveNow() {
        const length = receive(fd, datagram, datagram.length, MSG_DONTWAIT);
        if (length >= 0) return datagram.subarray(0, length);
        return koffi.errno() === ENOBUFS ? 'overrun' : undefined;
      },
      async send(requests) {
        const sent = await sendOnThread(fd, requests, requests.length, MSG_DONTWAIT);
        if (sent < 0) throw new Error('the kernel does not take a request to netfilter');
      },
      async receive() {
        const length = await receiveOnThread(fd, datagram, datagram.length, MSG_DONTWAIT);
        return length < 0 ? undefined : datagram.subarray(0, length);
      },
      [Symbol.dispose]: () => close(fd),
    };
  };
}

async function importKoffi(): Promise<typeof import('koffi')['default']> {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    const [said = ''] = String(error).split('\n', 1);
    throw new Error(isAbsent ? 'koffi is not installed' : `koffi does not work here: ${said}`, {
      cause: error,
    });
  }
}

function sendError(errno: number): Error {
  return new Error(`the kernel does not take a request to netfilter: ${getSystemErrorMessage(-errno)}`);
}

type SetOption = KoffiFunc<
  (fd: number, level: number, name: number, value: Int32Array, length: number) => number
>;
type Open = KoffiFunc<(domain: number, type: number, protocol: number) => number>;
type Transfer = KoffiFunc<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>;

/** Bytes. The kernel makes datagrams of 32 KB at most. */
const largestDatagram = 1 << 16;

const [AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC, NETLINK_NETFILTER, MSG_DONTWAIT] = [16, 3, 0x80000, 12, 0x40];
const [SOL_SOCKET, SO_SNDBUF, SO_SNDBUFFORCE] = [1, 7, 32];
const [SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK] = [270, 10, 11];
const ENOBUFS = 105;
