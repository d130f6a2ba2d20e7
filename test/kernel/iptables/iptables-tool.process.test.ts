import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Failure, ToolError } from '../../../src/backend/failure.ts';
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

  const says = (said: string, status = 1) => `cat >/dev/null; printf '%s\\n' "${said}" >&2; exit ${status}`;

  test.each<[Failure, string, string, RegExp]>([
    [
      'refused',
      'a line that iptables-legacy does not commit',
      says('iptables-restore: line 3 failed'),
      /line 3 failed/,
    ],
    [
      'refused',
      'a rule that the kernel does not take',
      says('iptables-nft-restore: \nline 5: RULE_APPEND failed (Invalid argument): rule in chain A', 4),
      /Invalid argument/,
    ],
    [
      'refused',
      'a match that is not there',
      says("Couldn't load match \\`x':No such file or directory\n\nError occurred at line: 3", 2),
      /load match/,
    ],
    [
      'unable',
      'the lock',
      says('Another app is currently holding the xtables lock.', 4),
      /another program holds/,
    ],
    ['unable', 'a child that is killed', 'kill -KILL $$', /^iptables-nft-restore: killed by SIGKILL/],
    [
      'unable',
      'a kernel without memory',
      says('line 5: RULE_APPEND failed (Cannot allocate memory): rule in chain A', 4),
      /Cannot allocate memory/,
    ],
    ['unable', 'a tool without memory', says('mnl.c:190: Memory allocation failure', 2), /Memory allocation/],
    [
      'unable',
      'too many files',
      says("Couldn't load match \\`x':Too many open files\nError occurred at line: 3"),
      /Too many/,
    ],
    ['unable', 'a busy kernel', says('iptables: Resource temporarily unavailable.', 4), /temporarily/],
    ['permission', 'no capability', says('Permission denied (you must be root)', 4), /CAP_NET_ADMIN/],
    [
      'unknown',
      'a table that cannot be made ready',
      says("unable to initialize table 'nat'\nError occurred at line: 1", 2),
      /initialize/,
    ],
    [
      'unknown',
      'an input that broke off',
      says('iptables-restore: COMMIT expected at line 4'),
      /COMMIT expected/,
    ],
    [
      'unknown',
      'an error that nobody knows',
      says('line 5: RULE_APPEND failed (Input/output error): rule'),
      /Input.output/,
    ],
    ['unknown', 'other words', says('the moon is full', 3), /^iptables-nft-restore: the moon is full$/],
    ['unknown', 'no words', says('', 139), /ended with status 139/],
  ])('fails as "%s" for %s', async (failure, _, script, message) => {
    await program('iptables-nft-restore', script);
    const failed = iptablesTool('IPv4', 'nft').restore(['*nat\n']);
    await expect(failed).rejects.toMatchObject({ failure, message: expect.stringMatching(message) });
  });

  test('ends with the signal, though the program hangs', async () => {
    await program('iptables-nft-restore', `echo started >${folder}/log; exec sleep 1000`);
    const ending = new AbortController();
    const failed = iptablesTool('IPv4', 'nft').restore(['*nat\n'], ending.signal);
    failed.catch(() => undefined);
    await vi.waitUntil(() => existsSync(join(folder, 'log')), { timeout: 60_000 });
    ending.abort();
    await expect(failed).rejects.toMatchObject({ failure: 'unable' });
  });

  test('names the program that is missing', async () => {
    vi.stubEnv('PATH', folder);
    const failed = iptablesTool('IPv6', 'legacy').restore(['*nat\n']);
    await expect(failed).rejects.toMatchObject({
      failure: 'missing',
      message:
        'the command ip6tables-legacy-restore is not on this machine; install iptables (Debian: apt-get install iptables)',
    });
  });
});

test('save gives the lines of the program', async () => {
  await program('ip6tables-nft-save', 'echo "*nat"; echo COMMIT');
  expect(await Array.fromAsync(iptablesTool('IPv6', 'nft').save())).toEqual(['*nat', 'COMMIT']);
});

test.each<[Failure, string]>([
  ['unable', 'echo "*nat"; kill -KILL $$'],
  [
    'permission',
    'echo "Could not fetch rule set generation id: Permission denied (you must be root)" >&2; exit 4',
  ],
  ['unknown', 'echo "*nat"; echo "iptables-save: line 3 failed" >&2; exit 1'],
])('save fails as "%s", and never says that there is less than there is', async (failure, script) => {
  await program('iptables-nft-save', script);
  await expect(Array.fromAsync(iptablesTool('IPv4', 'nft').save())).rejects.toMatchObject({ failure });
});

test.each([
  ['6.18.44', true],
  ['3.14.0', true],
  ['3.10.0-1160.el7', false],
])('Linux %s knows MASQUERADE --random-fully: %s', (kernel, knows) =>
  expect(hasRandomFully(kernel)).toBe(knows),
);
