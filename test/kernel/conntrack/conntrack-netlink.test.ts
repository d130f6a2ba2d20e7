import { describe, expect, test } from 'vitest';
import { conntrackNetlink } from '../../../src/kernel/conntrack/conntrack-netlink.ts';
import type { NetlinkSocket } from '../../../src/kernel/netlink/netlink-socket.ts';

describe('the table of connection tracking, by netlink', () => {
  test('a kernel that breaks off its list makes the pass fail', async () => {
    await expect(
      conntrackNetlink(() => answering([])).deleteFlows('IPv4', ['UDP'], () => true),
    ).rejects.toThrow('broke off');
  });

  test('a list that ends with an error makes the pass fail', async () => {
    const noMemory = -12;
    const end = Buffer.alloc(20);
    end.writeUInt32LE(20, 0);
    end.writeUInt16LE(3, 4);
    end.writeInt32LE(noMemory, 16);
    await expect(
      conntrackNetlink(() => answering([end])).deleteFlows('IPv4', ['UDP'], () => true),
    ).rejects.toThrow('memory');
  });
});

/** A socket with these answers. */
function answering(datagrams: readonly Buffer[]): NetlinkSocket {
  const left = [...datagrams];
  return {
    makeRoom: () => {},
    sendNow: () => {},
    receiveNow: () => left.shift(),
    send: async () => {},
    receive: async () => left.shift(),
    [Symbol.dispose]: () => {},
  };
}
