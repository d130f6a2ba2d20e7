import { describe, expect, test } from 'vitest';
import { KeptSocket } from '../../../src/kernel/netlink/kept-socket.ts';
import type { NetlinkSocket } from '../../../src/kernel/netlink/netlink-socket.ts';

describe('a socket that is kept', () => {
  test('serves one exchange after another', async () => {
    const { sockets, opened, closed } = counted();
    for (const _ of [1, 2, 3]) await sockets.exchange(async () => 'answered', isOver);
    expect([opened(), closed()]).toEqual([1, 0]);
  });

  test('is one for each exchange at a time, of which one is kept', async () => {
    const { sockets, opened, closed } = counted();
    const used = new Set<NetlinkSocket>();
    await Promise.all([1, 2, 3].map(() => sockets.exchange(async (socket) => void used.add(socket), isOver)));
    expect([used.size, opened(), closed()]).toEqual([3, 3, 2]);
  });

  test('is closed where the exchange fails', async () => {
    const { sockets, opened, closed } = counted();
    const failing = sockets.exchange(() => Promise.reject(new Error('no memory')), isOver);
    await expect(failing).rejects.toThrow('no memory');
    await sockets.exchange(async () => 'answered', isOver);
    expect([opened(), closed()]).toEqual([2, 1]);
  });

  test('is closed where more answers may come to it', async () => {
    const { sockets, opened, closed } = counted();
    expect(
      await sockets.exchange(
        async () => 'unanswered',
        () => false,
      ),
    ).toBe('unanswered');
    await sockets.exchange(async () => 'answered', isOver);
    expect([opened(), closed()]).toEqual([2, 1]);
  });
});

const isOver = () => true;

function counted() {
  let [opened, closed] = [0, 0];
  const open = (): NetlinkSocket => {
    opened += 1;
    return {
      makeRoom: () => {},
      sendNow: () => {},
      receiveNow: () => undefined,
      send: async () => {},
      receive: async () => undefined,
      [Symbol.dispose]: () => {
        closed += 1;
      },
    };
  };
  return { sockets: new KeptSocket(open), opened: () => opened, closed: () => closed };
}
