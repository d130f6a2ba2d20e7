import { getSystemErrorMessage, promisify } from 'node:util';
import type { KoffiFunc } from 'koffi';
import { loadCLibrary } from '../c-library.ts';

/**
 * A netlink socket. The kernel works while a request is sent and, on a list, while it is received: where few flows are asked
 * for it goes through the whole table in one call. So both can be done on other threads.
 */
export interface NetlinkSocket extends Disposable {
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

/** What the socket is about: conntrack and nf_tables, or links, addresses and routes. The numbers are NETLINK_*. */
export type NetlinkProtocol = keyof typeof protocolNumbers;

const protocolNumbers = { route: 0, netfilter: 12 } as const;

/**
 * Resolves to what opens such sockets in the network namespace of the calling thread, and throws an `Error` where it may not.
 * Rejects where koffi, which calls the C library, is not there.
 */
export async function bindNetlinkSocket(protocol: NetlinkProtocol): Promise<() => NetlinkSocket> {
  binding ??= bind();
  const open = await binding;
  return () => open(protocol);
}

let binding: ReturnType<typeof bind> | undefined;

async function bind(): Promise<(protocol: NetlinkProtocol) => NetlinkSocket> {
  const { func, errno } = await loadCLibrary();
  const open: Open = func('int socket(int domain, int type, int protocol)');
  const close: KoffiFunc<(fd: number) => number> = func('int close(int fd)');
  const send: Transfer = func('long send(int fd, const void *bytes, size_t length, int flags)');
  const receive: Transfer = func('long recv(int fd, _Out_ void *bytes, size_t length, int flags)');
  const setOption: SetOption = func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  );
  const [sendOnThread, receiveOnThread] = [promisify(send.async), promisify(receive.async)];
  return (protocol) => {
    const fd = open(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocolNumbers[protocol]);
    if (fd < 0)
      throw new Error(`this process may not open a netlink socket (${protocol}), or the kernel has none`);
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
        if (sent < 0) throw new Error(`${notTaken(protocol)}: ${getSystemErrorMessage(-errno())}`);
      },
      receiveNow() {
        const length = receive(fd, datagram, datagram.length, MSG_DONTWAIT);
        if (length >= 0) return datagram.subarray(0, length);
        return errno() === ENOBUFS ? 'overrun' : undefined;
      },
      async send(requests) {
        const sent = await sendOnThread(fd, requests, requests.length, MSG_DONTWAIT);
        if (sent < 0) throw new Error(notTaken(protocol));
      },
      async receive() {
        const length = await receiveOnThread(fd, datagram, datagram.length, MSG_DONTWAIT);
        return length < 0 ? undefined : datagram.subarray(0, length);
      },
      [Symbol.dispose]: () => close(fd),
    };
  };
}

function notTaken(protocol: NetlinkProtocol): string {
  return `the kernel does not take a netlink request (${protocol})`;
}

type SetOption = KoffiFunc<
  (fd: number, level: number, name: number, value: Int32Array, length: number) => number
>;
type Open = KoffiFunc<(domain: number, type: number, protocol: number) => number>;
type Transfer = KoffiFunc<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>;

/** Bytes. The kernel makes datagrams of 32 KB at most. */
const largestDatagram = 1 << 16;

const [AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC, MSG_DONTWAIT] = [16, 3, 0x80000, 0x40];
const [SOL_SOCKET, SO_SNDBUF, SO_SNDBUFFORCE] = [1, 7, 32];
const [SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK] = [270, 10, 11];
const ENOBUFS = 105;
