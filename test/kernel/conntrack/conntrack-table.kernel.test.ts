import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Family, families } from '../../../src/net/family.ts';
import { type Agent, startAgent } from '../../support/agents/start-agent.ts';
import { flow } from '../../support/conntrack/fake-table.ts';
import type { ConntrackReport, ConntrackTask } from '../../support/kernel/conntrack-task.ts';
import { shared } from '../../support/shared.ts';

const unavailable = conntrackUnavailable();
/** It clears the table after each question. */
const borrow = shared(startConntrackAgent, async () => undefined);
const methods = ['netlink', 'command'] as const;
const worlds = {
  IPv4: { client: '192.168.50.9', service: '10.96.0.10', pods: ['10.244.0.1', '10.244.0.2'] },
  IPv6: { client: 'fd00:50::9', service: 'fd00:96::10', pods: ['fd00:244::1', 'fd00:244::2'] },
} as const;

describe.each(methods)('the table of connection tracking, by %s', (method) => {
  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  describe.each(families)('in %s', (family) => {
    const { service, pods } = worlds[family];
    const [first, second] = pods;

    test('shows where flows go to and who answers', async () => {
      const entries = [udp(family, 1, first), udp(family, 2, service)];
      const { seen } = await pass({ method, family, entries });
      const to = family === 'IPv4' ? '10.96.0.10:53' : '[fd00:96::10]:53';
      const by = family === 'IPv4' ? '10.244.0.1:53' : '[fd00:244::1]:53';
      expect(seen).toHaveLength(2);
      expect(seen).toEqual(expect.arrayContaining([flow(`udp ${to} -> ${by}`), flow(`udp ${to} -> =`)]));
    });

    test('loses the flows that are stale, and no others', async () => {
      const entries = [udp(family, 1, first), udp(family, 2, second), udp(family, 3, first)];
      const { deleted, left } = await pass({ method, family, entries });
      expect(deleted).toBe(2);
      expect(left.map(sourcePort)).toEqual(['2']);
    });

    test('keeps TCP, the other family, other zones and protocols that were not asked for', async () => {
      const otherFamily = family === 'IPv4' ? 'IPv6' : 'IPv4';
      const entries = [
        tcp(family, 1, first),
        udp(otherFamily, 2, worlds[otherFamily].pods[0]),
        [...udp(family, 3, first), '-w', '7'],
        sctp(family, 4, first),
      ];
      const { deleted, left, seen } = await pass({ method, family, entries });
      expect(seen).toEqual([]);
      expect(deleted).toBe(0);
      expect(left).toHaveLength(4);
    });

    test('is read once for two protocols', async () => {
      const entries = [tcp(family, 1, first), udp(family, 2, first), sctp(family, 3, first)];
      const { deleted, left } = await pass({ method, family, entries, protocols: ['UDP', 'SCTP'] });
      expect(deleted).toBe(2);
      expect(left.map(sourcePort)).toEqual(['1']);
    });
  });

  test('may be empty', async () => {
    expect(await pass({ method, entries: [] })).toMatchObject({ deleted: 0, seen: [] });
  });

  test('is not given to who may not see it', async () => {
    const wrapper = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin'];
    await using agent = startConntrackAgent(wrapper);
    await expect(agent.ask(whole({ method, entries: [] }))).rejects.toThrow(/CAP_NET_ADMIN/);
  });
});

describe('by netlink', () => {
  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  test('an entry that took the place of a stale one meanwhile stays', async () => {
    const [stale, present] = worlds.IPv4.pods;
    const { deleted, left } = await pass({
      method: 'netlink',
      entries: [udp('IPv4', 1, stale)],
      replacedBy: [udp('IPv4', 1, present)],
    });
    expect(deleted).toBe(0);
    expect(left.map(sourcePort)).toEqual(['1']);
  });

  test('thousands of stale flows among more are deleted in one pass', async () => {
    const { pods } = worlds.IPv4;
    const entries = Array.from({ length: 6_000 }, (_, at) => udp('IPv4', at + 1, pods[at % 3 === 0 ? 0 : 1]));
    const { deleted, seen, left } = await pass({ method: 'netlink', entries });
    expect(seen).toHaveLength(6_000);
    expect(deleted).toBe(2_000);
    expect(left).toHaveLength(4_000);
  });
});

type Pass = Partial<ConntrackTask> & Pick<ConntrackTask, 'method' | 'entries'>;

async function pass(task: Pass): Promise<ConntrackReport> {
  return (await borrow()).ask(whole(task));
}

function whole(task: Pass): ConntrackTask {
  const { family = 'IPv4' } = task;
  return {
    family,
    protocols: ['UDP'],
    replacedBy: [],
    staleEndpoints: [worlds[family].pods[0]],
    ...task,
  };
}

function startConntrackAgent(wrapper: readonly string[] = []): Agent<ConntrackTask, ConntrackReport> {
  const script = new URL('../../support/kernel/conntrack-agent.ts', import.meta.url);
  return startAgent({ launcher: ['unshare', '--net', ...wrapper], script });
}

function udp(family: Family, port: number, endpoint: string): readonly string[] {
  return [...tuple(family, 'udp', port, endpoint), '-t', '300'];
}

function tcp(family: Family, port: number, endpoint: string): readonly string[] {
  return [...tuple(family, 'tcp', port, endpoint), '-t', '300', '--state', 'ESTABLISHED'];
}

function sctp(family: Family, port: number, endpoint: string): readonly string[] {
  const tags = ['--orig-vtag', '1', '--reply-vtag', '2'];
  return [...tuple(family, 'sctp', port, endpoint), '-t', '300', '--state', 'ESTABLISHED', ...tags];
}

function tuple(family: Family, protocol: string, port: number, endpoint: string): readonly string[] {
  const { client, service } = worlds[family];
  return [
    ...['-p', protocol, '-s', client, '-d', service, '--sport', String(port), '--dport', '53'],
    ...['-r', endpoint, '-q', client, '--reply-port-src', '53', '--reply-port-dst', String(port)],
  ];
}

function sourcePort(line: string): string | undefined {
  return /sport=(\d+)/.exec(line)?.[1];
}

function conntrackUnavailable(): string | undefined {
  const { error, status, stderr } = spawnSync('unshare', ['--net', 'conntrack', '-L'], { encoding: 'utf8' });
  if (error !== undefined) return `not installed: ${error.message}`;
  return status === 0 ? undefined : `no conntrack in a network namespace: ${stderr.trim()}`;
}
