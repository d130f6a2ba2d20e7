import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// A checkout with stand-ins for npm and the bundler, which note in calls.log that they ran.
const npm = `
echo "$*" | cut -d ' ' -f 1 >>calls.log
mkdir -p node_modules/.bin node_modules/node/bin
cp tools/bundler node_modules/.bin/rolldown
cp tools/bundler node_modules/node/bin/node
touch node_modules/.package-lock.json`;
const bundler = 'echo build >>calls.log; mkdir -p dist; touch dist/main.js';

let checkout: string;

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'portolan set-up '));
  await mkdir(join(checkout, 'scripts'));
  await copyFile(join(import.meta.dirname, '../../scripts/setup.sh'), join(checkout, 'scripts/setup.sh'));
  for (const file of ['package-lock.json', 'rolldown.config.ts', 'src/main.ts']) {
    await writeLongAgo(file);
  }
  await writeProgram('tools/npm', npm);
  await writeProgram('tools/bundler', bundler);
});

afterEach(() => rm(checkout, { recursive: true }));

describe('set-up', () => {
  test('installs and builds in a fresh clone', async () => {
    await setUp();
    expect(await calls()).toEqual(['ci', 'build']);
  });

  test('does nothing in a checkout that is ready', async () => {
    await setUp();
    await setUp();
    expect(await calls()).toEqual(['ci', 'build']);
  });

  test('installs once where two start at the same time', async () => {
    await Promise.all([setUp(), setUp(), setUp()]);
    expect(await calls()).toEqual(['ci', 'build']);
  });

  test('installs again, and builds, where the lock file is newer than the installation', async () => {
    await setUp();
    await changeAfterSetUp('package-lock.json');
    await setUp();
    expect(await calls()).toEqual(['ci', 'build', 'ci', 'build']);
  });

  test('installs again where an installation was broken off', async () => {
    await setUp();
    await rm(join(checkout, 'node_modules/.package-lock.json'));
    await setUp();
    expect(await calls()).toEqual(['ci', 'build', 'ci']);
  });

  test.each(['src/main.ts', 'rolldown.config.ts'])('builds again where %s changed', async (file) => {
    await setUp();
    await changeAfterSetUp(file);
    await setUp();
    expect(await calls()).toEqual(['ci', 'build', 'build']);
  });

  test('builds again where a source file went away', async () => {
    await writeLongAgo('src/other.ts');
    await setUp();
    await rm(join(checkout, 'src/other.ts'));
    await changeAfterSetUp('src');
    await setUp();
    expect(await calls()).toEqual(['ci', 'build', 'build']);
  });

  test('builds in any case with --rebuild', async () => {
    await setUp();
    await setUp('--rebuild');
    expect(await calls()).toEqual(['ci', 'build', 'build']);
  });

  test('shows what npm said, and fails, where npm fails', async () => {
    await writeProgram('tools/npm', 'echo no network; exit 1');
    const { exitCode, stdout, stderr } = await setUp();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('no network');
    expect(stderr).toContain('npm ci');
  });

  test('does not take a failed build for done', async () => {
    await writeProgram('tools/bundler', 'mkdir -p dist; touch dist/main.js; exit 1');
    expect((await setUp()).exitCode).toBe(1);
    expect((await setUp()).exitCode).toBe(1);
  });
});

function setUp(...args: readonly string[]) {
  const PATH = `${join(checkout, 'tools')}:/usr/bin:/bin`;
  return execa('sh', [join(checkout, 'scripts/setup.sh'), ...args], { env: { PATH }, reject: false });
}

async function calls(): Promise<string[]> {
  return (await readFile(join(checkout, 'calls.log'), 'utf8')).trim().split('\n');
}

async function writeLongAgo(file: string): Promise<void> {
  await mkdir(dirname(join(checkout, file)), { recursive: true });
  await writeFile(join(checkout, file), '');
  await utimes(join(checkout, file), new Date(0), new Date(0));
}

// Moves the marks of what was done into the past, but not as far as everything else: no clock takes part.
async function changeAfterSetUp(file: string): Promise<void> {
  const setTime = (path: string, second: number) => utimes(join(checkout, path), second, second);
  await setTime('src', 0);
  await setTime('node_modules/.package-lock.json', 1000);
  await setTime('dist/.built', 1000);
  await setTime(file, 2000);
}

async function writeProgram(file: string, body: string): Promise<void> {
  await mkdir(dirname(join(checkout, file)), { recursive: true });
  await writeFile(join(checkout, file), `#!/bin/sh\n${body}\n`);
  await chmod(join(checkout, file), 0o755);
}
