import { describe, expect } from 'vitest';
import { createRecorder } from '../support/cni/conformance/recorder.ts';
import { expectError, must, wordsOf } from '../support/cni/conformance/suite.ts';

describe('section 4, Delegated plugin execution procedure', () => {
  must('the plugin is looked up in CNI_PATH', async ({ node, pod, newest, configuration, need }) => {
    need('ipam');
    const { type, folder, calls } = await createRecorder(node, newest);
    const input = configuration({ ipam: { type } });
    expect(await node.call('ADD', { container: pod, input, path: ['/nowhere', folder] })).toMatchObject({
      status: 0,
    });
    expect(await calls()).toMatchObject([{ operation: 'ADD' }]);
  });

  must('one that is not there is an error', async ({ node, pod, configuration, need }) => {
    need('ipam');
    const input = configuration({ ipam: { type: 'plugin-of-nobody' } });
    expect(wordsOf(expectError(await node.call('ADD', { container: pod, input })))).toContain(
      'plugin-of-nobody',
    );
  });

  must(
    'it receives all environment variables, and the complete configuration',
    async ({ node, pod, newest, configuration, need }) => {
      need('ipam');
      const { type, folder, calls } = await createRecorder(node, newest);
      const input = configuration({ ipam: { type, something: ['else'] } });
      const environment = { CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=a' };
      await node.call('ADD', { container: pod, input, path: [folder], environment });
      const [call] = await calls();
      expect(call?.environment).toMatchObject({
        CNI_COMMAND: 'ADD',
        CNI_NETNS: pod,
        CNI_IFNAME: 'eth0',
        CNI_CONTAINERID: expect.any(String),
        CNI_PATH: expect.stringContaining(folder),
        ...environment,
      });
      expect(call?.input).toEqual(JSON.parse(JSON.stringify(input)));
    },
  );

  must('its addresses are applied', async ({ node, pod, newest, configuration, need }) => {
    need('ipam');
    const { type, folder } = await createRecorder(node, newest);
    const { output } = await node.call('ADD', {
      container: pod,
      input: configuration({ ipam: { type } }),
      path: [folder],
    });
    expect(output).toMatchObject({ ips: [{ address: '10.244.0.77/24' }] });
    const [link] = await node.ip('address show eth0', pod);
    expect(JSON.stringify(link)).toContain('"10.244.0.77"');
  });

  must(
    'SHOULD: its standard error goes to that of the plugin',
    async ({ node, pod, newest, configuration, need }) => {
      need('ipam');
      const { type, folder } = await createRecorder(node, newest);
      const { stderr } = await node.call('ADD', {
        container: pod,
        input: configuration({ ipam: { type } }),
        path: [folder],
      });
      expect(stderr).toContain('the recorder was here');
    },
  );

  must(
    'SHOULD: when it fails on ADD, it is executed with DEL, and the error is returned',
    async ({ node, pod, newest, configuration, need }) => {
      need('ipam');
      const { type, folder, calls, fail } = await createRecorder(node, newest);
      await fail('ADD', { cniVersion: newest, code: 142, msg: 'no address today' });
      const answer = await node.call('ADD', {
        container: pod,
        input: configuration({ ipam: { type } }),
        path: [folder],
      });
      expect(wordsOf(expectError(answer))).toContain('no address today');
      expect((await calls()).map(({ operation }) => operation)).toEqual(['ADD', 'DEL']);
      expect((await node.ip('link show', pod)).map(({ ifname }) => ifname)).toEqual(['lo']);
    },
  );

  for (const [operation, version] of [
    ['DEL', '0.4.0'],
    ['CHECK', '0.4.0'],
    ['GC', '1.1.0'],
    ['STATUS', '1.1.0'],
  ] as const) {
    const extra = (prevResult: unknown) => ({
      ...(operation === 'CHECK' ? { prevResult } : {}),
      ...(operation === 'GC' ? { 'cni.dev/valid-attachments': [] } : {}),
    });

    must(`${operation} executes it`, async ({ node, pod, newest, configuration, need }) => {
      need('ipam');
      need(version);
      const { type, folder, calls } = await createRecorder(node, newest);
      const options = { container: pod, path: [folder] };
      const { output } = await node.call('ADD', { ...options, input: configuration({ ipam: { type } }) });
      const input = configuration({ ipam: { type }, ...extra(output) });
      expect(await node.call(operation, { ...options, input })).toMatchObject({ status: 0 });
      expect((await calls()).map((call) => call.operation)).toEqual(['ADD', operation]);
    });

    must(`${operation} returns its error`, async ({ node, pod, newest, configuration, need }) => {
      need('ipam');
      need(version);
      const { type, folder, fail } = await createRecorder(node, newest);
      const options = { container: pod, path: [folder] };
      const { output } = await node.call('ADD', { ...options, input: configuration({ ipam: { type } }) });
      await fail(operation, { cniVersion: newest, code: 143, msg: 'not today' });
      const answer = await node.call(operation, {
        ...options,
        input: configuration({ ipam: { type }, ...extra(output) }),
      });
      expect(wordsOf(expectError(answer))).toContain('not today');
    });
  }
});
