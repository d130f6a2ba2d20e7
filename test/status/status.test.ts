import { describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { runMain } from '../support/cli/run-main.ts';

describe('status says what it cannot do', () => {
  test.each([
    { name: 'mode iptables', args: [], says: 'connections are counted in mode nftables only' },
    {
      name: 'a Service that is not there',
      args: ['--proxy-mode', 'nftables', 'default/wbe'],
      says: 'no Service default/wbe ',
    },
    { name: 'an interval that is none', args: ['--interval', '10ms'], says: 'a duration from 100ms to 24h' },
    { name: 'an unknown form', args: ['--output', 'yaml'], says: 'It must be text or json' },
  ])('$name', async ({ args, says }) => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitStatus, stdout, stderr } = await runMain(['status', '--source', source.path, ...args]);
    expect({ exitStatus, stdout }).toEqual({ exitStatus: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  test('traffic metrics in mode iptables', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitStatus, stderr } = await runMain(['run', '--traffic-metrics', '--source', source.path]);
    expect(exitStatus).toBe(2);
    expect(stderr).toContain('--traffic-metrics: connections are counted in mode nftables only');
  });
});
