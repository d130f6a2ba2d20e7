import { describe, expect } from 'vitest';
import { expectError, must, wordsOf } from '../support/cni/conformance/suite.ts';

describe('section 2, Parameters', () => {
  must('CNI_IFNAME: a name that cannot be used is an error', async ({ node, pod, configuration }) => {
    for (const ifname of ['a/b', 'a b', '..', 'abcdefghijklmnop'])
      expectError(await node.call('ADD', { container: pod, ifname, input: configuration() }));
    expect(await node.ip('link show', pod)).toHaveLength(1);
  });

  must('CNI_CONTAINERID must not be empty', async ({ node, pod, configuration }) => {
    const environment = { CNI_CONTAINERID: '' };
    expectError(await node.call('ADD', { container: pod, input: configuration(), environment }));
  });

  must('CNI_CONTAINERID must start with a letter or digit', async ({ node, pod, configuration }) => {
    for (const CNI_CONTAINERID of ['-a', '../a', '.a'])
      expectError(
        await node.call('ADD', { container: pod, input: configuration(), environment: { CNI_CONTAINERID } }),
      );
  });

  for (const name of ['CNI_COMMAND', 'CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME']) {
    must(`ADD requires ${name}; error 4 names it`, async ({ node, pod, configuration }) => {
      const environment = { [name]: undefined };
      const answer = await node.call('ADD', { container: pod, input: configuration(), environment });
      expect(wordsOf(expectError(answer, 4))).toContain(name);
    });
  }

  for (const name of ['CNI_CONTAINERID', 'CNI_IFNAME']) {
    must(`DEL requires ${name}; error 4 names it`, async ({ node, pod, configuration }) => {
      const environment = { [name]: undefined };
      const answer = await node.call('DEL', { container: pod, input: configuration(), environment });
      expect(wordsOf(expectError(answer, 4))).toContain(name);
    });
  }

  must(
    'an operation that there is not is error 4, which names CNI_COMMAND',
    async ({ node, pod, configuration }) => {
      const answer = await node.call('MOVE', { container: pod, input: configuration() });
      expect(wordsOf(expectError(answer, 4))).toContain('CNI_COMMAND');
    },
  );
});
