import { globSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLauncherCheckout, writeExecutable } from '../support/bin/launcher-checkout.ts';

const machinePlaces = ['/usr/local/bin/node', '/usr/bin/node', '/opt/node*/bin/node'];

let folder: string;
let checkout: string;

beforeEach(async () => {
  ({ folder, checkout } = await createLauncherCheckout('portolan', 'dist/cli/main.js'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('the Node that runs portolan', () => {
  test("is the checkout's own, which is not asked for its version", async () => {
    await writeNode('check out/node_modules/node/bin/node', 'own', 'v1.0.0');
    await writeNode('path/node', 'path', 'v24.0.0');
    expect((await portolan()).stdout).toBe(`own ${checkout}/dist/cli/main.js`);
  });

  test("is PORTOLAN_NODE before the checkout's own", async () => {
    await writeNode('check out/node_modules/node/bin/node', 'own', 'v24.0.0');
    const chosen = await writeNode('else where/node', 'chosen', 'v22.19.0');
    expect((await portolan({ PORTOLAN_NODE: chosen })).stdout).toMatch(/^chosen /);
  });

  test.each([
    ['v22.19.0', 'is the oldest that will do'],
    ['v22.20.1', 'is a newer minor version'],
    ['v24.0.0', 'is a newer major version with an older minor one'],
    ['v100.1.0', 'is newer by number, not by text'],
  ])('in PATH is used: %s %s', async (version) => {
    await writeNode('path/node', 'path', version);
    expect((await portolan()).stdout).toMatch(/^path /);
  });

  test('is a later one in PATH where the first is too old', async () => {
    await writeNode('path/node', 'old', 'v20.20.2');
    await writeNode('other path/node', 'new', 'v22.19.0');
    const PATH = `${join(folder, 'path')}:${join(folder, 'other path')}`;
    expect((await portolan({ PATH })).stdout).toMatch(/^new /);
  });

  test('is one of nvm where PATH has only an old one', async () => {
    await writeNode('path/node', 'old', 'v20.20.2');
    await writeNode('home/.nvm/versions/node/v24.1.0/bin/node', 'nvm', 'v24.1.0');
    expect((await portolan()).stdout).toMatch(/^nvm /);
  });
});

describe('portolan without a Node that will do', () => {
  test.for(['v20.20.2', 'v22.18.9'])(
    'names the version it needs and the old one it found: %s',
    async (version, { skip }) => {
      const usable = await usableMachineNode();
      skip(usable !== undefined, `this machine has ${usable}, which will do`);
      await writeNode('path/node', 'old', version);
      const { exitCode, stderr } = await portolan();
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining(
          `needs Node.js 22.19 or newer; found ${version.slice(1)} (${join(folder, 'path/node')})`,
        ),
      });
      expect(stderr).toContain('npm ci');
    },
  );

  test('says so where PATH has none at all', async ({ skip }) => {
    const usable = await usableMachineNode();
    skip(usable !== undefined, `this machine has ${usable}, which will do`);
    const { exitCode, stderr } = await portolan();
    const found = globSync(machinePlaces).length === 0 ? 'none' : '';
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(`needs Node.js 22.19 or newer; found ${found}`),
    });
    expect(stderr).not.toContain(folder.concat('/path'));
  });

  test('refuses an old PORTOLAN_NODE instead of taking another', async () => {
    await writeNode('path/node', 'path', 'v24.0.0');
    const old = await writeNode('else where/node', 'old', 'v20.20.2');
    const { exitCode, stderr } = await portolan({ PORTOLAN_NODE: old });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `portolan: PORTOLAN_NODE must name a Node.js 22.19 or newer; it names 20.20.2 (${old})`,
    });
  });

  test('refuses a PORTOLAN_NODE that is not there', async () => {
    const { exitCode, stderr } = await portolan({ PORTOLAN_NODE: '/nowhere/node' });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'portolan: PORTOLAN_NODE must name a Node.js 22.19 or newer; it names /nowhere/node, which does not run',
    });
  });
});

describe('portolan', () => {
  test('passes arguments on as they are', async () => {
    await writeNode('path/node', 'path', 'v24.0.0');
    const { stdout } = await portolan({}, ['run', '', 'two words', '*', '$HOME', '--']);
    expect(stdout).toBe(`path ${checkout}/dist/cli/main.js run  two words * $HOME --`);
  });

  test.each([
    ['an absolute link', (target: string) => target],
    ['a relative link, as npm makes it', () => '../check out/bin/portolan'],
  ])('finds its checkout through %s', async (_name, target) => {
    await writeNode('check out/node_modules/node/bin/node', 'own', 'v24.0.0');
    await mkdir(join(folder, 'links'));
    const link = join(folder, 'links/portolan');
    await symlink(target(join(checkout, 'bin/portolan')), link);
    expect((await portolan({}, [], link)).stdout).toBe(`own ${checkout}/dist/cli/main.js`);
  });

  test('ends with the exit status of the command', async () => {
    await writeProgram('path/node', '[ "$1" = --version ] && echo v24.0.0 && exit; exit 7');
    expect((await portolan()).exitCode).toBe(7);
  });

  test('becomes the command: no process stays between', async () => {
    await writeProgram('path/node', '[ "$1" = --version ] && echo v24.0.0 && exit; echo $$');
    const child = execa(join(checkout, 'bin/portolan'), { env: environment({}), extendEnv: false });
    const { stdout } = await child;
    expect(Number(stdout)).toBe(child.pid);
  });

  test('says how to build it where it is not built', async () => {
    await rm(join(checkout, 'dist'), { recursive: true });
    const { exitCode, stderr } = await portolan();
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `portolan: ${checkout} is not built. Build it there with: npm run build`,
    });
  });
});

function portolan(
  extra: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  command = join(checkout, 'bin/portolan'),
) {
  return execa(command, args, { env: environment(extra), extendEnv: false, reject: false });
}

function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: join(folder, 'path'), HOME: join(folder, 'home'), ...extra };
}

// The launcher looks in these places last, and no test can hide them from it.
async function usableMachineNode(): Promise<string | undefined> {
  for (const node of globSync(machinePlaces)) {
    const { stdout } = await execa(node, ['-p', 'process.versions.node']);
    const [major = 0, minor = 0] = stdout.split('.').map(Number);
    if (major > 22 || (major === 22 && minor >= 19)) return node;
  }
  return undefined;
}

/** A stand-in for a Node of some version, which prints its name, the script and the script's arguments. */
function writeNode(path: string, name: string, version: string): Promise<string> {
  return writeProgram(
    path,
    `[ "$1" = --version ] && echo ${version} && exit
while [ "\${1#--}" != "$1" ]; do shift; done
echo ${name} "$@"`,
  );
}

function writeProgram(path: string, body: string): Promise<string> {
  return writeExecutable(join(folder, path), `#!/bin/sh\n${body}\n`);
}
