import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { listIn, must } from '../support/cni/conformance/suite.ts';
import { containerIdOf } from '../support/cni/plugin-node.ts';

describe('section 2, DEL', () => {
  must('deletes the interface CNI_IFNAME in CNI_NETNS', async ({ node, pod, add, configuration }) => {
    const prevResult = await add(pod);
    const answer = await node.call('DEL', { container: pod, input: configuration({ prevResult }) });
    expect(answer).toMatchObject({ status: 0 });
    expect((await node.ip('link show', pod)).map(({ ifname }) => ifname)).toEqual(['lo']);
  });

  must(
    'undoes what ADD made on the host for this container',
    async ({ node, pod, otherPod, add, configuration }) => {
      // The first attachment may make what all share.
      await add(otherPod);
      const before = (await node.ip('link show')).map(({ ifname }) => ifname);
      const prevResult = await add(pod);
      await node.call('DEL', { container: pod, input: configuration({ prevResult }) });
      expect((await node.ip('link show')).map(({ ifname }) => ifname)).toEqual(before);
    },
  );

  must('succeeds where prevResult is empty', async ({ node, pod, add, configuration }) => {
    await add(pod);
    expect(await node.call('DEL', { container: pod, input: configuration() })).toMatchObject({ status: 0 });
    expect((await node.ip('link show', pod)).map(({ ifname }) => ifname)).toEqual(['lo']);
  });

  must(
    'is accepted several times, and succeeds where nothing is left',
    async ({ node, pod, add, configuration }) => {
      const prevResult = await add(pod);
      for (let time = 0; time < 3; time += 1)
        expect(
          await node.call('DEL', { container: pod, input: configuration({ prevResult }) }),
        ).toMatchObject({ status: 0 });
    },
  );

  must('succeeds for a container that was never added', async ({ node, pod, configuration }) => {
    expect(await node.call('DEL', { container: pod, input: configuration() })).toMatchObject({ status: 0 });
  });

  must('succeeds without CNI_NETNS, which is optional', async ({ node, pod, add, configuration }) => {
    const prevResult = await add(pod);
    const answer = await node.call('DEL', {
      container: pod,
      input: configuration({ prevResult }),
      environment: { CNI_NETNS: undefined },
    });
    expect(answer).toMatchObject({ status: 0 });
  });

  must(
    'succeeds when the namespace is gone, and releases the addresses',
    async ({ node, pod, otherPod, add, configuration, need }) => {
      need('ipam');
      const result = await add(pod);
      await execa('ip', ['netns', 'del', containerIdOf(pod)]);
      const answer = await node.call('DEL', { container: pod, input: configuration({ prevResult: result }) });
      expect(answer).toMatchObject({ status: 0 });
      const ips = listIn(result, 'ips').map(({ address }) => String(address).split('/')[0]);
      // An IPAM plugin gives an address that is asked for, unless another container has it.
      const again = await add(otherPod, { args: { cni: { ips } } });
      expect(listIn(again, 'ips').map(({ address }) => String(address).split('/')[0])).toEqual(ips);
    },
  );

  must('leaves other attachments of the container alone', async ({ node, pod, add, configuration }) => {
    await add(pod);
    expect(await node.call('ADD', { container: pod, ifname: 'eth1', input: configuration() })).toMatchObject({
      status: 0,
    });
    await node.call('DEL', { container: pod, ifname: 'eth1', input: configuration() });
    expect((await node.ip('link show', pod)).map(({ ifname }) => ifname)).toEqual(['lo', 'eth0']);
  });
});
