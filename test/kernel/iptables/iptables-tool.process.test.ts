import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ToolError } from '../../../src/backend/failure.ts';
import { iptablesTool } from '../../../src/kernel/iptables/iptables-tool.ts';
import { hasRandomFully } from '../../../src/kernel/node/look-at-node.ts';

/** A folder in front of PATH with programs that stand in for iptables. */
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-tool-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

describe('restore', () => {
  test('gives the whole input to one call, without flushing', async () => {
    await program('iptables-nft-restore', `echo "$*" >>${folder}/log; cat >>${folder}/log`);
    await iptablesTool('IPv4', 'nft').restore(['*nat\n', ':A - [0:0]\n', 'COMMIT\n']);
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe(
      '--noflush --wait=5\n*nat\n:A - [0:0]\nCOMMIT\n',
    );
  });

  test('of both families takes turns with iptables-legacy, which has one lock for both', async () => {
    const script = `mkdir ${folder}/lock || echo overlap >>${folder}/log; cat >/dev/null; echo turn >>${folder}/log; rmdir ${folder}/lock`;
    await program('iptables-legacy-restore', script);
    await program('ip6tables-legacy-restore', script);
    const tools = [iptablesTool('IPv4', 'legacy'), iptablesTool('IPv6', 'legacy')];
    await Promise.all([...tools, ...tools].map((tool) => tool.restore(['*nat\n', 'COMMIT\n'])));
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('turn\n'.repeat(4));
  });

  test('goes on after a call that failed', async () => {
    await program('iptables-legacy-restore', 'read -r line; test "$line" = good');
    const tool = iptablesTool('IPv4', 'legacy');
    await expect(tool.restore(['bad\n'])).rejects.toBeInstanceOf(ToolError);
    await tool.restore(['good\n']);
  });

  test.each([
    ['refused', 'echo "iptables-restore: line 3 failed" >&2; exit 1', /line 3 failed/],
    [
      'locked',
      'echo "Another app is currently holding the xtables lock." >&2; exit 4',
      /another program holds/,
    ],
    ['permission', 'echo "Permission denied (you must be root)" >&2; exit 3', /CAP_NET_ADMIN/],
  ])('that is %s says so', async (failure, script, says) => {
    await program('iptables-nft-restore', script);
    const failed = iptablesTool('IPv4', 'nft').restore(['*nat\n']);
    await expect(failed).rejects.toMatchObject({ failure, message: expect.stringMatching(says) });
  });

  test('names the program that is missing', async () => {
    vi.stubEnv('PATH', folder);
    const failed = iptablesTool('IPv6', 'legacy').restore(['*nat\n']);
    await expect(failed).rejects.toMatchObject({
      failure: 'missing',
      message: expect.stringContaining('ip6tables-legacy-restore: not on this machine'),
    });
  });
});

test('save gives the lines of the program', async () => {
  await program('ip6tables-nft-save', 'echo "*nat"; echo COMMIT');
  expect(await Array.fromAsync(iptablesTool('IPv6', 'nft').save())).toEqual(['*nat', 'COMMIT']);
});

test.each([
  ['6.18.44', true],
  ['3.14.0', true],
  ['3.10.0-1160.el7', false],
])('Linux %s knows MASQUERADE --random-fully: %s', (kernel, knows) =>
  expect(hasRandomFully(kernel)).toBe(knows),
);
