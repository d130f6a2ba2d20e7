import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runMain } from '../support/cli/run-main.ts';

test('the configuration goes to the file that --write-config-to names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-write-'));
  try {
    const file = join(folder, 'config.yaml');
    expect(await runMain(['run', '--proxy-mode', 'nftables', '--write-config-to', file])).toMatchObject({
      exitStatus: 0,
    });
    expect(await readFile(file, 'utf8')).toMatch(/^kind: KubeProxyConfiguration\n.*^mode: nftables$/ms);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('where it cannot be written, the message names the flag and the file', async () => {
  const { exitStatus, stderr } = await runMain(['run', '--write-config-to', '/nonexistent/config.yaml']);
  expect(stderr).toMatch(/^portolan: --write-config-to: ENOENT.*'\/nonexistent\/config\.yaml'\n$/);
  expect(exitStatus).toBe(2);
});
