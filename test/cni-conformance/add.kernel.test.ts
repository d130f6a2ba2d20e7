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

describe('section 5, ADD Success', () => {
  must('cniVersion is that of the input, in each version', async ({ node, pod, versions, configuration }) => {
    for (const cniVersion of versions) {
      const input = configuration({ cniVersion });
      const answer = await node.call('ADD', { container: pod, input });
      expect(answer).toMatchObject({ status: 0, output: { cniVersion } });
      const { cniVersion: _, ...previous } = answer.output ?? {};
      await node.call('DEL', {
        container: pod,
        input: { ...input, prevResult: { cniVersion, ...previous } },
      });
    }
  });

  must(
    'before 1.0.0 each address says its family, and since then none does',
    async ({ node, pod, versions, configuration }) => {
      for (const cniVersion of versions) {
        const input = configuration({ cniVersion });
        const { output } = await node.call('ADD', { container: pod, input });
        const said = listIn(output, 'ips').map(({ version }) => version);
        expect([cniVersion, said]).toEqual([
          cniVersion,
          said.map(() => (cniVersion < '1.0.0' ? '4' : undefined)),
        ]);
        await node.call('DEL', { container: pod, input });
      }
    },
  );

  must(
    'interfaces has the one in the container, with its MAC address, and CNI_NETNS as its sandbox',
    async ({ node, pod, add }) => {
      const result = await add(pod);
      const [link] = await node.ip('link show eth0', pod);
      expect(listIn(result, 'interfaces')).toContainEqual(
        expect.objectContaining({ name: 'eth0', sandbox: pod, mac: link?.address }),
      );
    },
  );

  must('interfaces has each that was created on the host, without a sandbox', async ({ node, pod, add }) => {
    const before = namesOf(await node.ip('link show'));
    const result = await add(pod);
    const created = namesOf(await node.ip('link show')).filter((name) => !before.includes(name));
    const reported = listIn(result, 'interfaces').filter(
      ({ sandbox }) => sandbox === undefined || sandbox === '',
    );
    expect(reported.map(({ name }) => name)).toEqual(expect.arrayContaining(created));
  });

  must('mtu, where it is said, is that of the interface (1.1.0)', async ({ node, pod, add, need }) => {
    need('1.1.0');
    const result = await add(pod);
    const [link] = await node.ip('link show eth0', pod);
    const reported = listIn(result, 'interfaces').find(
      ({ name, sandbox }) => name === 'eth0' && sandbox === pod,
    );
    expect([undefined, link?.mtu]).toContain(reported?.mtu);
  });

  must('ips are in CIDR notation, and on the interface that each names', async ({ node, pod, add, need }) => {
    need('ipam');
    const result = await add(pod);
    const ips = listIn(result, 'ips');
    expect(ips).not.toEqual([]);
    const [link] = await node.ip('address show eth0', pod);
    const present = listIn(link, 'addr_info').map(({ local, prefixlen }) => `${local}/${prefixlen}`);
    for (const { address, interface: index } of ips) {
      expect(listIn(result, 'interfaces')[Number(index)]).toMatchObject({ name: 'eth0', sandbox: pod });
      expect(present).toContain(address);
    }
  });

  must('routes are in the container', async ({ node, pod, add, need }) => {
    need('ipam');
    const result = await add(pod);
    const present = (await node.ip('route show', pod)).map(({ dst }) =>
      dst === 'default' ? '0.0.0.0/0' : dst,
    );
    expect(present).toEqual(expect.arrayContaining(listIn(result, 'routes').map(({ dst }) => dst)));
  });

  must('SHOULD: dns of the configuration keeps its meaning', async ({ pod, add }) => {
    const dns = {
      nameservers: ['192.0.2.53'],
      domain: 'example.org',
      search: ['example.org'],
      options: ['ndots:5'],
    };
    const result = await add(pod, { dns });
    expect(result.dns).toEqual(dns);
  });
});

function namesOf(links: readonly JsonValue[]): readonly unknown[] {
  return links.map(({ ifname }) => ifname);
}
