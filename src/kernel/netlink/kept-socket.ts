import type { NetlinkSocket } from './netlink-socket.ts';

/**
 * A socket for exchanges, which is kept from one to the next. As a socket to netfilter is closed the kernel waits, on the calling
 * thread, until it has freed what transactions of nf_tables removed: 20 ms and more while they go on (nft_rcv_nl_event in
 * net/netfilter/nf_tables_api.c).
 */
export class KeptSocket {
  readonly #open: () => NetlinkSocket;
  #idle: NetlinkSocket | undefined;

  constructor(open: () => NetlinkSocket) {
    this.#open = open;
  }

  /**
   * Works with a socket that nobody else has meanwhile. It is closed where the work fails, or where more answers may come to it:
   * `isOver` says of the result that there are none. Throws what opening it or the work throws.
   */
  async exchange<T>(work: (socket: NetlinkSocket) => Promise<T>, isOver: (result: T) => boolean): Promise<T> {
    const socket = this.#idle ?? this.#open();
    this.#idle = undefined;
    let isClean = false;
    try {
      const result = await work(socket);
      isClean = isOver(result);
      return result;
    } finally {
      if (isClean && this.#idle === undefined) this.#idle = socket;
      else socket[Symbol.dispose]();
    }
  }
}
