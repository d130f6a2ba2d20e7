import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { whyFamilyIsMissing } from '../../../src/kernel/node/missing-family.ts';

/** A folder that is all of PATH, with files of which the first can be run. */
async function machine() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-path-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['tool', 'text']) await writeFile(join(folder, name), '');
  await chmod(join(folder, 'tool'), 0o755);
  vi.stubEnv('PATH', `/nowhere:${folder}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { present: join(folder, 'text'), absent: join(folder, 'if_inet6') };
}

test('IPv6 is missing where the kernel does not have it, IPv4 never', async () => {
  const { present, absent } = await machine();
  expect(await whyFamilyIsMissing('IPv6', { ipv6File: present })).toBeUndefined();
  expect(await whyFamilyIsMissing('IPv6', { ipv6File: absent })).toBe(
    `the kernel has no IPv6: ${absent} is not there`,
  );
  expect(await whyFamilyIsMissing('IPv4', { ipv6File: absent })).toBeUndefined();
});

test('a family is missing where its program is not in PATH, or cannot be run', async () => {
  const { present } = await machine();
  const why = (command: string) => whyFamilyIsMissing('IPv6', { command, ipv6File: present });
  expect(await why('tool')).toBeUndefined();
  expect(await why('text')).toBe('the command text is not on this machine');
  expect(await why('ip6tables-nft-restore')).toBe('the command ip6tables-nft-restore is not on this machine');
});
