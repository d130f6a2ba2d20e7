import { promisify } from 'node:util';
import type { KoffiFunc } from 'koffi';

/**
 * A socket to netfilter: ctnetlink, nf_tables. The kernel works while a request is sent and, on a list, while it is
 * received: where few flows are asked for it goes through the whole table in one call. So both are done on other threads.
 */
export interface NetfilterSocket extends Disposable {
  /** Rejects with an `Error` where the kernel does not take the requests. */
  send(requests: Uint8Array): Promise<void>;
  /** The next datagram, a view that the next call changes; `undefined` where there is none. */
  receive(): Promise<Buffer | undefined>;
}

/**
 * Resolves to what opens such sockets, which throws an `Error` where it may not. Rejects where koffi, which calls the C
 * library, is not there.
 */
export async function bindNetfilterSocket(): Promise<() => NetfilterSocket> {
  const { load } = await import('koffi');
  const library = load(null);
  const open: Open = library.func('int socket(int domain, int type, int protocol)');
  const close: KoffiFunc<(fd: number) => number> = library.func('int close(int fd)');
  const send: Transfer = library.func('long send(int fd, const void *bytes, size_t length, int flags)');
  const receive: Transfer = library.func('long recv(int fd, _Out_ void *bytes, size_t length, int flags)');
  const [sendOnThread, receiveOnThread] = [promisify(send.async), promisify(receive.async)];
  return () => {
    const fd = open(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd < 0) throw new Error('this process may not open a socket to netfilter, or the kernel has none');
    const datagram = Buffer.alloc(largestDatagram);
    return {
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

type Open = KoffiFunc<(domain: number, type: number, protocol: number) => number>;
type Transfer = KoffiFunc<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>;

/** Bytes. The kernel makes datagrams of 32 KB at most. */
const largestDatagram = 1 << 16;

const [AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC, NETLINK_NETFILTER, MSG_DONTWAIT] = [16, 3, 0x80000, 12, 0x40];
