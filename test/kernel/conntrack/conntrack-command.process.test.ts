import { expect, test } from 'vitest';
import { conntrackCommand } from '../../../src/kernel/conntrack/conntrack-command.ts';

test('where the command is missing too, the pass says how to install it', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    await expect(conntrackCommand().deleteFlows('IPv4', ['UDP'], () => true)).rejects.toThrow(
      'install conntrack',
    );
  } finally {
    process.env.PATH = path;
  }
});
