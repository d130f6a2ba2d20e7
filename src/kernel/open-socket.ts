import { getSystemErrorMessage } from 'node:util';
import type { KoffiFunc } from 'koffi';
import { type Address, familyOf } from '../net/address.ts';
import { writeAddress } from '../net/address-bytes.ts';
import { loadCLibrary } from './c-library.ts';

/** Opens sockets at once, in the network namespace of the calling thread: Node's own are opened only after a turn of its loop. */
export interface SocketOpener {
  /** The descriptor of a TCP socket that is not connected yet, for `new net.Socket({ fd })`. Throws an `Error`. */
  openTcp(address: Address): number;
  /**
   * The descriptor of a listening SCTP socket of the one-to-one style (RFC 6458, section 4), whose connections read and write as
   * TCP's do: for `server.listen({ fd })`. Throws an `Error`, as where the kernel has no SCTP.
   */
  listenSctp(address: Address, port: number): number;
}

/** Rejects where koffi, which calls the C library, is not there. */
export async function bindSocketOpener(): Promise<SocketOpener> {
  const { func, errno } = await loadCLibrary();
  const socket: KoffiFunc<(family: number, type: number, protocol: number) => number> = func(
    'int socket(int family, int type, int protocol)',
  );
  const bind: KoffiFunc<(fd: number, address: Uint8Array, length: number) => number> = func(
    'int bind(int fd, const uint8_t *address, unsigned int length)',
  );
  const listen: KoffiFunc<(fd: number, backlog: number) => number> = func('int listen(int fd, int backlog)');
  const close: KoffiFunc<(fd: number) => number> = func('int close(int fd)');
  const failure = (purpose: string) => new Error(`cannot ${purpose}: ${getSystemErrorMessage(-errno())}`);
  const open = (address: Address, protocol: number, purpose: string) => {
    const family = familyOf(address) === 'IPv4' ? AF_INET : AF_INET6;
    const fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) throw failure(purpose);
    return fd;
  };
  return {
    openTcp: (address) => open(address, 0, 'open a TCP socket'),
    listenSctp(address, port) {
      const purpose = `listen on SCTP port ${port} of ${address}`;
      const fd = open(address, IPPROTO_SCTP, purpose);
      const name = socketAddress(address, port);
      if (bind(fd, name, name.length) === 0 && listen(fd, backlog) === 0) return fd;
      const error = failure(purpose);
      close(fd);
      throw error;
    },
  };
}

/** struct sockaddr_in, sockaddr_in6 (ip(7), ipv6(7)). */
function socketAddress(address: Address, port: number): Uint8Array {
  const isIPv4 = familyOf(address) === 'IPv4';
  const bytes = new Uint8Array(isIPv4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  new Uint16Array(bytes.buffer, 0, 1)[0] = isIPv4 ? AF_INET : AF_INET6;
  view.setUint16(2, port);
  writeAddress(address, bytes, isIPv4 ? 4 : 8);
  return bytes;
}

const [AF_INET, AF_INET6, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC] = [2, 10, 1, 0o4000, 0o2000000];
const IPPROTO_SCTP = 132;
const backlog = 128;
