import { describe, expect } from 'vitest';
import { expectError, listIn, must } from '../support/cni/conformance/suite.ts';
import { containerIdOf } from '../support/cni/plugin-node.ts';

describe('section 2, VERSION; section 5, VERSION Success', () => {
  must('says the versions that it supports', async ({ node }) => {
    const answer = await node.call('VERSION', { input: { cniVersion: '1.0.0' } });
    expect(answer).toMatchObject({ status: 0, output: { supportedVersions: expect.any(Array) } });
    for (const version of listIn(answer.output, 'supportedVersions'))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  must('cniVersion is the value on input', async ({ node, versions }) => {
    for (const cniVersion of versions)
      expect(await node.call('VERSION', { input: { cniVersion } })).toMatchObject({
        status: 0,
        output: { cniVersion },
      });
  });

  must('requires CNI_COMMAND alone', async ({ node }) => {
    const answer = await node.call('VERSION', {
      input: { cniVersion: '1.0.0' },
      environment: { CNI_PATH: undefined },
    });
    expect(answer).toMatchObject({ status: 0 });
  });
});

describe('section 2, STATUS', () => {
  must('exits with 0 where ADD can be served', async ({ node, pod, configuration, add, need }) => {
    need('1.1.0');
    expect(await node.call('STATUS', { input: configuration() })).toMatchObject({ status: 0 });
    await add(pod);
  });

  must('is not relied upon: ADD works without it', async ({ pod, add, need }) => {
    need('1.1.0');
    await add(pod);
  });

  must('is an error before version 1.1.0', async ({ node, versions, configuration, skip }) => {
    if (!versions.includes('1.0.0')) skip('the plugin does not support 1.0.0');
    const answer = await node.call('STATUS', { input: configuration({ cniVersion: '1.0.0' }) });
    expectError(answer);
  });
});

describe('section 2, GC', () => {
  must(
    'SHOULD: removes the reservations of attachments that are not valid any more',
    async ({ node, pod, otherPod, add, configuration, need }) => {
      need('1.1.0');
      need('ipam');
      const result = await add(pod);
      const answer = await node.call('GC', { input: configuration({ 'cni.dev/valid-attachments': [] }) });
      expect(answer).toMatchObject({ status: 0 });
      const ips = listIn(result, 'ips').map(({ address }) => String(address).split('/')[0]);
      const again = await add(otherPod, { args: { cni: { ips } } });
      expect(listIn(again, 'ips').map(({ address }) => String(address).split('/')[0])).toEqual(ips);
    },
  );

  must('leaves the attachments that are valid', async ({ node, pod, otherPod, add, configuration, need }) => {
    need('1.1.0');
    const result = await add(pod);
    const valid = [{ containerID: containerIdOf(pod), ifname: 'eth0' }];
    const answer = await node.call('GC', { input: configuration({ 'cni.dev/valid-attachments': valid }) });
    expect(answer).toMatchObject({ status: 0, stdout: '' });
    const check = await node.call('CHECK', { container: pod, input: configuration({ prevResult: result }) });
    expect(check).toMatchObject({ status: 0 });
    const other = await add(otherPod);
    expect(listIn(other, 'ips')).not.toContainEqual(
      expect.objectContaining({ address: listIn(result, 'ips')[0]?.address ?? '' }),
    );
  });
});
