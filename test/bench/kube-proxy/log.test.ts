import { describe, expect, test } from 'vitest';
import { type SyncEvent, syncEvents } from '../../../bench/kube-proxy/log.ts';

async function eventsOf(...entries: readonly object[]): Promise<readonly SyncEvent[]> {
  const events: SyncEvent[] = [];
  const lines = (async function* () {
    yield 'I1201 14:00:00.000000 plain text before the format is set';
    for (const entry of entries) yield JSON.stringify(entry);
  })();
  await expect(
    (async () => {
      for await (const event of syncEvents(lines)) events.push(event);
    })(),
  ).rejects.toThrow('kube-proxy ended');
  return events;
}

describe.each(['iptables', 'nftables'])("kube-proxy's log of mode %s", (mode) => {
  const begun = { msg: `Syncing ${mode} rules`, ipFamily: 'IPv4', fullSync: true };
  const reloading = { msg: `Reloading service ${mode} data`, ipFamily: 'IPv4', numEndpoints: 10 };
  const complete = { msg: 'SyncProxyRules complete', ipFamily: 'IPv4', elapsed: '1.5s' };

  test('tells of each sync, and for how many endpoints it was', async () => {
    expect(await eventsOf(begun, reloading, complete)).toEqual([
      { phase: 'begun' },
      { phase: 'complete', endpoints: 10, milliseconds: 1_500 },
    ]);
  });

  test('tells of IPv4 only', async () => {
    expect(await eventsOf({ ...begun, ipFamily: 'IPv6' }, { ...complete, ipFamily: 'IPv6' })).toEqual([]);
  });
});
