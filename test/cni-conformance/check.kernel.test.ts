import { describe, expect } from 'vitest';
import { expectError, listIn, must } from '../support/cni/conformance/suite.ts';

describe('section 2, CHECK', () => {
  must(
    'succeeds immediately after ADD, and says nothing',
    async ({ node, pod, add, configuration, need }) => {
      need('0.4.0');
      const prevResult = await add(pod);
      const answer = await node.call('CHECK', { container: pod, input: configuration({ prevResult }) });
      expect(answer).toMatchObject({ status: 0, stdout: '' });
    },
  );

  must('consults prevResult: without one it is an error', async ({ node, pod, add, configuration, need }) => {
    need('0.4.0');
    await add(pod);
    expectError(await node.call('CHECK', { container: pod, input: configuration() }));
  });

  must(
    'consults prevResult for the addresses that are expected',
    async ({ node, pod, add, configuration, need }) => {
      need('0.4.0');
      need('ipam');
      const result = await add(pod);
      const ips = listIn(result, 'ips').map((ip) => ({ ...ip, address: '10.244.0.99/24' }));
      expectError(
        await node.call('CHECK', {
          container: pod,
          input: configuration({ prevResult: { ...result, ips } }),
        }),
      );
    },
  );

  must('allows a later plugin to have added routes', async ({ node, pod, add, configuration, need }) => {
    need('0.4.0');
    const prevResult = await add(pod);
    await node.change(['link set eth0 up', 'route add 203.0.113.0/24 dev eth0'], pod);
    const answer = await node.call('CHECK', { container: pod, input: configuration({ prevResult }) });
    expect(answer).toMatchObject({ status: 0 });
  });

  must('SHOULD: a missing interface is an error', async ({ node, pod, add, configuration, need }) => {
    need('0.4.0');
    const prevResult = await add(pod);
    await node.change(['link del eth0'], pod);
    expectError(await node.call('CHECK', { container: pod, input: configuration({ prevResult }) }));
  });

  must('SHOULD: a missing address is an error', async ({ node, pod, add, configuration, need }) => {
    need('0.4.0');
    need('ipam');
    const prevResult = await add(pod);
    await node.change(['address flush dev eth0 scope global'], pod);
    expectError(await node.call('CHECK', { container: pod, input: configuration({ prevResult }) }));
  });

  must('SHOULD: a missing route is an error', async ({ node, pod, add, configuration, need, skip }) => {
    need('0.4.0');
    const prevResult = await add(pod);
    if (listIn(prevResult, 'routes').length === 0) skip('the result has no routes');
    await node.change(['route del default'], pod);
    expectError(await node.call('CHECK', { container: pod, input: configuration({ prevResult }) }));
  });

  must('is error 1 before version 0.4.0', async ({ node, pod, versions, configuration, skip }) => {
    if (!versions.includes('0.3.1')) skip('the plugin does not support 0.3.1');
    const input = configuration({ cniVersion: '0.3.1' });
    const { output } = await node.call('ADD', { container: pod, input });
    expectError(await node.call('CHECK', { container: pod, input: { ...input, prevResult: output } }), 1);
  });
});
