import { describe, expect } from 'vitest';
import { expectError, must, wordsOf } from '../support/cni/conformance/suite.ts';

describe('section 2, Errors; section 5, Error', () => {
  must('success is exit status 0', async ({ node, pod, configuration }) => {
    expect((await node.call('ADD', { container: pod, input: configuration() })).status).toBe(0);
  });

  must('a failure is another exit status, and JSON with code and msg', async ({ node, configuration }) => {
    expectError(
      await node.call('ADD', { container: '/run/netns/that-is-not-there', input: configuration() }),
    );
  });

  must(
    'SHOULD: an error says the version of the protocol, as cniVersion',
    async ({ node, newest, configuration }) => {
      const answer = await node.call('ADD', {
        container: '/run/netns/that-is-not-there',
        input: configuration(),
      });
      expect(expectError(answer)).toMatchObject({ cniVersion: newest });
    },
  );

  must('code 1: the version is not supported', async ({ node, pod, configuration }) => {
    const input = configuration({ cniVersion: '99.0.0' });
    expectError(await node.call('ADD', { container: pod, input }), 1);
  });

  must(
    'code 2: the message has key and value of the unsupported field',
    async ({ node, pod, configuration, skip }) => {
      const input = configuration({ 'field-of-nobody': 'value-of-nobody' });
      const answer = await node.call('ADD', { container: pod, input });
      // A plugin may take unknown fields.
      if (answer.status === 0) skip('the plugin takes unknown fields');
      const words = wordsOf(expectError(answer, 2));
      expect(words).toContain('field-of-nobody');
      expect(words).toContain('value-of-nobody');
    },
  );

  must('code 6: the configuration is no JSON', async ({ node, pod }) => {
    expectError(await node.call('ADD', { container: pod, input: '{ "name"' }), 6);
  });

  must('code 7: the configuration is invalid: no name', async ({ node, pod, configuration }) => {
    expectError(await node.call('ADD', { container: pod, input: configuration({ name: undefined }) }), 7);
  });

  must(
    'code 7: the name of a network has characters that paths must not have',
    async ({ node, pod, configuration }) => {
      expectError(await node.call('ADD', { container: pod, input: configuration({ name: '../a' }) }), 7);
    },
  );
});
