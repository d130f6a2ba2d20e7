import { describe, expect } from 'vitest';
import { expectError, listIn, must } from '../support/cni/conformance/suite.ts';
import type { JsonValue } from '../support/cni/plugin-node.ts';

const prevResult = (version: string, sandbox: string) => ({
  cniVersion: version,
  interfaces: [{ name: 'before0', mac: '02:00:00:00:00:99', sandbox }],
  ips: [{ ...(version < '1.0.0' ? { version: '4' } : {}), address: '198.51.100.5/24', interface: 0 }],
  dns: { nameservers: ['198.51.100.53'] },
});

describe('section 2, ADD', () => {
  must('creates the interface CNI_IFNAME in CNI_NETNS', async ({ node, pod, add }) => {
    await add(pod);
    expect(await node.ip('link show eth0', pod)).toMatchObject([{ ifname: 'eth0' }]);
  });

  must('takes the name that CNI_IFNAME says', async ({ node, pod, configuration }) => {
    const answer = await node.call('ADD', { container: pod, ifname: 'lan7', input: configuration() });
    expect(answer.status).toBe(0);
    expect(await node.ip('link show lan7', pod)).toMatchObject([{ ifname: 'lan7' }]);
  });

  must(
    'an interface of that name in the container is an error, and stays as it is',
    async ({ node, pod, configuration }) => {
      await node.change(['link add eth0 type bridge', 'addr add 203.0.113.5/24 dev eth0'], pod);
      expectError(await node.call('ADD', { container: pod, input: configuration() }));
      expect(await node.ip('address show eth0', pod)).toMatchObject([
        { addr_info: [{ local: '203.0.113.5' }] },
      ]);
    },
  );

  must(
    'a second ADD of the same attachment is an error, and what is there stays',
    async ({ node, pod, add, configuration }) => {
      await add(pod);
      const before = await node.ip('address show eth0', pod);
      expectError(await node.call('ADD', { container: pod, input: configuration() }));
      expect(await node.ip('address show eth0', pod)).toEqual(before);
    },
  );

  must('a container has a second attachment by another name', async ({ node, pod, add, configuration }) => {
    await add(pod);
    const answer = await node.call('ADD', { container: pod, ifname: 'eth1', input: configuration() });
    expect(answer).toMatchObject({ status: 0 });
  });

  must('prevResult is passed through, or modified appropriately', async ({ newest, pod, add }) => {
    const before = prevResult(newest, pod);
    const result = await add(pod, { prevResult: before });
    expect(listIn(result, 'interfaces').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['before0', 'eth0']),
    );
    expect(listIn(result, 'ips').map(({ address }) => address)).toContain('198.51.100.5/24');
    expect(result.dns).toEqual(before.dns);
  });

  must(
    'CNI_ARGS and CNI_PATH are optional where nothing is delegated',
    async ({ node, pod, configuration }) => {
      const answer = await node.call('ADD', {
        container: pod,
        input: configuration({ ipam: undefined }),
        environment: { CNI_ARGS: undefined, CNI_PATH: undefined },
      });
      expect(answer.stdout).not.toMatch(/CNI_ARGS|CNI_PATH/);
    },
  );
});

function namesOf(links: readonly JsonValue[]): readonly unknown[] {
  return links.map(({ ifname }) => ifname);
}
