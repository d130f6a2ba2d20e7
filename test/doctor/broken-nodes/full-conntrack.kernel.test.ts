import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { inVain, podAsksService } from '../../support/doctor/broken-nodes/ask.ts';
import { createTestNode, findingsOf, type TestNode } from '../../support/doctor/broken-nodes/test-node.ts';
import { testNodeUnavailable } from '../../support/doctor/broken-nodes/unavailable.ts';

const unavailable = testNodeUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

test('a full table of connections: new ones are dropped', async () => {
  await using node = await createTestNode({ mode: 'nftables' });
  await node.program();
  await fill(node);
  expect(await podAsksService(node, inVain)).toBe('ETIMEDOUT');

  const { status, report } = await node.doctor();
  expect(status).toBe(2);
  expect(findingsOf(report, 'conntrack')).toMatchObject([
    {
      severity: 'fault',
      looked: expect.stringMatching(
        / entries \(nf_conntrack_count, nf_conntrack_max\); since boot [1-9]\d* packets dropped/,
      ),
      finding: expect.stringMatching(/^the table of connections is full \(100%\)/),
      next: expect.stringContaining('sysctl -w net.netfilter.nf_conntrack_max='),
    },
  ]);

  await node.node.exec('conntrack', ['-F']);
  expect(await podAsksService(node)).toBe('answered');
});

/**
 * The maximum is the machine's, so the table is filled for real. Assured entries give way to no other, and none may be there before
 * that ends meanwhile and leaves room.
 */
async function fill({ node }: TestNode): Promise<void> {
  const max = Number(await node.exec('cat', ['/proc/sys/net/netfilter/nf_conntrack_max']));
  await using folder = await mkdtempDisposable(join(tmpdir(), 'portolan-conntrack-'));
  const file = join(folder.path, 'entries');
  await writeFile(file, Array.from({ length: max }, (_, at) => entry(at)).join(''));
  await node.exec('conntrack', ['-F']);
  // The last of them may find no room, next to what the node sends meanwhile.
  await node.exec('sh', ['-c', `conntrack -R ${file} || test "$(conntrack -C)" -ge ${max}`]);
}

function entry(at: number): string {
  const client = `172.${16 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
  const there = `-s ${client} -d 192.0.2.1 --sport 1024 --dport 9`;
  const back = `-r 192.0.2.1 -q ${client} --reply-port-src 9 --reply-port-dst 1024`;
  return `-I -p udp -t 3600 -u ASSURED ${there} ${back}\n`;
}
