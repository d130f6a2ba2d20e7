import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { claimFolder, handOver, livingLabs, processOf } from '../../../src/lab/folder/claim-folder.ts';
import { labFolder, labsFolder } from '../../../src/lab/folder/lab-folder.ts';

beforeEach(() => {
  vi.stubEnv('XDG_STATE_HOME', mkdtempSync(join(tmpdir(), 'lab-')));
});
afterEach(() => {
  rmSync(process.env.XDG_STATE_HOME ?? '', { recursive: true });
  vi.unstubAllEnvs();
});

describe('the folder of a lab', () => {
  test('is claimed once', () => {
    const folder = claimFolder('one');
    expect(processOf(folder)?.pid).toBe(process.pid);
    expect(() => claimFolder('one')).toThrow(
      'there is a lab one already: end it (portolan lab down --name one), or give this one another --name',
    );
    expect(livingLabs().map(({ name }) => name)).toEqual(['one']);
  });

  test('is free again when the process that it was handed over to has ended', async () => {
    const child = spawn('sleep', ['infinity'], { stdio: 'ignore' });
    handOver(claimFolder('one'), child.pid ?? 0);
    expect(() => claimFolder('one')).toThrow('there is a lab one already');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processOf(labFolder('one'))).toBeUndefined();
    expect(livingLabs()).toEqual([]);
    expect(existsSync(labFolder('one').path)).toBe(false);
    claimFolder('one');
  });

  test.each([
    ['that does not say whose it is', (path: string) => mkdirSync(path, { recursive: true })],
    [
      'of another process with the same number',
      (path: string) => {
        mkdirSync(path, { recursive: true });
        writeFileSync(`${path}/process`, JSON.stringify({ pid: process.pid, startedAt: 'another boot 1' }));
      },
    ],
    [
      'that was never finished',
      (path: string) => mkdirSync(path.replace(/one$/, '.one.1'), { recursive: true }),
    ],
  ])('%s counts as left behind', (_, leave) => {
    leave(labFolder('one').path);
    expect(livingLabs()).toEqual([]);
    expect(readdirSync(labsFolder())).toEqual([]);
  });

  test.each(['', 'A', '-a', 'a-', 'a/b', '..', 'a'.repeat(31)])('cannot be called %j', (name) => {
    expect(() => labFolder(name)).toThrow("a lab's name has up to 30 lower-case letters, digits and hyphens");
  });

  test('is refused where no socket can be in it', () => {
    vi.stubEnv('XDG_STATE_HOME', join(process.env.XDG_STATE_HOME ?? '', 'a'.repeat(100)));
    expect(() => claimFolder('one')).toThrow('the path is too long for a socket; set XDG_STATE_HOME');
    vi.stubEnv('XDG_STATE_HOME', join(process.env.XDG_STATE_HOME ?? '', '..'));
  });
});

test.each([
  [{ XDG_STATE_HOME: '/state' }, '/state/portolan/labs'],
  [{ XDG_STATE_HOME: 'relative' }, expect.stringMatching(/^\/.*\/portolan\/labs$/)],
])('with %j the labs are in %s', (env, expected) => {
  expect(labsFolder(env)).toEqual(expected);
});
