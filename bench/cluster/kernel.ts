import { promisify } from 'node:util';
import { type KoffiFunc, load } from 'koffi';
import { monotonic } from '../nftables/commits.ts';

/** Hears of each transaction that the kernel's nf_tables takes in this network namespace, be it by nft or by iptables-nft. */
export interface KernelWatch extends Disposable {
  /**
   * Resolves to the time (`monotonic`) at which something with this IPv4 address came into the kernel; to be called
   * before it does. Rejects where that takes longer than so many milliseconds.
   */
  taken(address: string, patience: number): Promise<number>;
}

/** Listens until it is disposed of. Throws where the kernel does not let it. */
export function watchKernel(): KernelWatch {
  const receive = openSocket();
  const awaited = new Map<string, { readonly bytes: Buffer; readonly resolve: (time: number) => void }>();
  const datagram = Buffer.alloc(largestDatagram);
  let listening = true;
  void (async () => {
    while (listening) {
      const length = await receive(datagram);
      const time = monotonic();
      const received = datagram.subarray(0, Math.max(0, length));
      for (const { bytes, resolve } of awaited.values()) if (received.includes(bytes)) resolve(time);
    }
  })();
  return {
    async taken(address, patience) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const timer = setTimeout(() => reject(new Error(`${address} never came into the kernel`)), patience);
      awaited.set(address, { bytes: Buffer.from(address.split('.').map(Number)), resolve });
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        awaited.delete(address);
      }
    },
    [Symbol.dispose]() {
      listening = false;
    },
  };
}

/** Waits on a thread for the next datagram; resolves to its length, or a number below zero where none came for a while. */
function openSocket(): (datagram: Buffer) => Promise<number> {
  const library = load(null);
  const open: KoffiFunc<(domain: number, type: number, protocol: number) => number> = library.func(
    'int socket(int domain, int type, int protocol)',
  );
  const bind: KoffiFunc<(fd: number, address: Buffer, length: number) => number> = library.func(
    'int bind(int fd, const void *address, uint32_t length)',
  );
  const set: KoffiFunc<(fd: number, level: number, name: number, value: Buffer, length: number) => number> =
    library.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)');
  const receive: KoffiFunc<(fd: number, bytes: Buffer, length: number, flags: number) => number> =
    library.func('long recv(int fd, _Out_ void *bytes, size_t length, int flags)');
  const fd = open(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  const done = [
    bind(fd, Buffer.from(Uint16Array.of(AF_NETLINK, 0, 0, 0, 0, 0).buffer), 12),
    set(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(bufferSize), 4),
    // This process cannot end while the thread waits.
    set(fd, SOL_SOCKET, SO_RCVTIMEO, Buffer.from(BigInt64Array.of(0n, 100_000n).buffer), 16),
    set(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, int(NFNLGRP_NFTABLES), 4),
  ];
  if (fd < 0 || done.some((result) => result !== 0))
    throw new Error('the kernel does not tell of its nf_tables transactions; that needs root');
  const receiveOnThread = promisify(receive.async);
  return (datagram) => receiveOnThread(fd, datagram, datagram.length, 0);
}

function int(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

/** Bytes. */
const largestDatagram = 1 << 16;
const bufferSize = 64 << 20;

const [AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC, NETLINK_NETFILTER] = [16, 3, 0x80000, 12];
const [SOL_SOCKET, SO_RCVTIMEO, SO_RCVBUFFORCE] = [1, 20, 33];
const [SOL_NETLINK, NETLINK_ADD_MEMBERSHIP] = [270, 1];
const NFNLGRP_NFTABLES = 7;
