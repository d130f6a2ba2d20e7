import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { labUnavailable } from '../support/lab/unavailable.ts';

const portolan = fileURLToPath(new URL('../../bin/portolan', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** Root becomes nobody; another user stays who they are. */
const nobody = 65_534;
const launcher = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : ['env'];
const state = mkdtempSync(join(tmpdir(), 'lab-'));
if (isRoot) chownSync(state, nobody, nobody);
afterAll(() => rmSync(state, { recursive: true, force: true }));

const unavailable = labUnavailable() ?? userUnavailable();

beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

test('a user who is not root has a lab, and nothing is left of it', () => {
  expect(run(portolan, 'lab', 'up', '--nodes', '2', '--pods', '1')).toMatchObject({ status: 0 });
  const answer = run(portolan, 'lab', 'exec', 'client', '--', 'curl', '-s', 'http://web');
  expect(JSON.parse(answer.stdout)).toMatchObject({ namespace: 'default' });
  const [owner] = run('sh', '-c', 'ls -n "$XDG_STATE_HOME/portolan/labs/lab/socket"')
    .stdout.split(/\s+/)
    .slice(2);
  expect(Number(owner)).not.toBe(0);
  expect(run(portolan, 'lab', 'down')).toMatchObject({ status: 0 });
  expect(run('sh', '-c', 'ls -A "$XDG_STATE_HOME/portolan/labs"').stdout).toBe('');
});

test('what keeps a user from having one is said, and nothing is left', () => {
  // Whose group is not known in their user namespace can make no other one (user_namespaces(7)).
  const result = run('unshare', '--user', '--map-user=1000', portolan, 'lab', 'up');
  expect(result.stderr).toContain('lab lab could not be started: ');
  expect(result.stderr).toMatch(/may not make namespaces here|user namespaces are not allowed here/);
  expect(result.status).toBe(2);
  expect(run('sh', '-c', 'ls -A "$XDG_STATE_HOME/portolan/labs"').stdout).toBe('');
});

function run(...words: readonly string[]) {
  const [command = '', ...args] = [...launcher, ...words];
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: state } });
}

function userUnavailable(): string | undefined {
  const { status, stderr } = run('unshare', '--user', '--map-root-user', 'true');
  if (status !== 0) return `no user namespaces: ${stderr.trim()}`;
  return run('test', '-r', portolan).status === 0
    ? undefined
    : 'the checkout is not readable for other users';
}
