import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nftTool } from '../../../src/kernel/nft/choose-nft-tool.ts';
import { nftCommand } from '../../../src/kernel/nft/nft-command.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('koffi');
  vi.resetModules();
});

describe('nft goes by the command', () => {
  test('where that is asked for', async () => {
    const { tool, reason } = await nftTool({ method: 'command' });
    expect([tool.method, reason]).toEqual(['command', 'nft by the command, as asked for']);
  });

  test('where koffi is not installed', async () => {
    const hide = `import { registerHooks } from 'node:module';
      registerHooks({ resolve: (name, context, next) => next(name === 'koffi' ? 'koffi-absent' : name, context) });`;
    const path = fileURLToPath(new URL('../../../src/kernel/nft/choose-nft-tool.ts', import.meta.url));
    const script = `const { nftTool } = await import(${JSON.stringify(path)});
      console.log((await nftTool()).reason);`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', hide + script]);
    expect(stdout).toBe('nft by the command, since koffi is not installed: each transaction costs a process');
  });

  test('where libnftables is not installed', async () => {
    pretend({ socket: 3, loads: false });
    expect((await chosen()).reason).toMatch(
      /^nft by the command, since libnftables\.so\.1 is not on this machine/,
    );
  });

  test('where the kernel gives no netlink, without which the library would end this process', async () => {
    pretend({ socket: -1, loads: true });
    expect((await chosen()).reason).toMatch(
      /^nft by the command, since .* may not open a socket to netfilter/,
    );
  });
});

test('a library that is asked for and not there is an error', async () => {
  pretend({ socket: 3, loads: false });
  await expect(chosen('library')).rejects.toMatchObject({
    failure: 'missing',
    message: expect.stringContaining('libnftables.so.1 is not on this machine'),
  });
});

test('a command that is not there says how to install it', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'portolan-nft-'));
  vi.stubEnv('PATH', empty);
  const tool = nftCommand();
  const missing = { failure: 'missing', message: expect.stringContaining('apt-get install nftables') };
  await expect(tool.apply('add table ip t')).rejects.toMatchObject(missing);
  await expect(tool.check('add table ip t')).rejects.toMatchObject(missing);
  await expect(Array.fromAsync(tool.list(['tables']))).rejects.toMatchObject(missing);
  await rm(empty, { recursive: true });
});

/** A koffi whose calls give what they are set to; `loads` says whether it finds libnftables. */
function pretend({ socket, loads }: { readonly socket: number; readonly loads: boolean }): void {
  vi.doMock('koffi', () => ({
    config: () => ({}),
    load: (file: string | null) => {
      if (file !== null && !loads) throw new Error('cannot open shared object file');
      return {
        func: (declaration: string) =>
          Object.assign(() => (/\bsocket\(/.test(declaration) ? socket : 0), { async: () => undefined }),
      };
    },
  }));
}

/** By modules that were not loaded before: the library is opened once. */
async function chosen(method?: 'library') {
  const { nftTool } = await import('../../../src/kernel/nft/choose-nft-tool.ts');
  return nftTool(method === undefined ? {} : { method });
}
