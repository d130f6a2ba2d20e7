import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLauncherCheckout, writeExecutable } from '../support/bin/launcher-checkout.ts';

let folder: string;
let checkout: string;

beforeEach(async () => {
  ({ folder, checkout } = await createLauncherCheckout('portolan-cni', 'dist/cni/main.cjs'));
});

afterEach(() => rm(folder, { recursive: true }));

/** A Node that says how it was called. */
const node = '#!/bin/sh\nshift 2\necho "$@"\n';

const write = (path: string, content: string) => writeExecutable(join(checkout, path), content);

function call(file: string, env: Readonly<Record<string, string>> = {}) {
  return execa(file, { env: { PATH: '/usr/bin:/bin', ...env }, extendEnv: false, reject: false });
}

test("runs the checkout's own script by its own Node", async () => {
  await write('node_modules/node/bin/node', node);
  const { stdout } = await call(join(checkout, 'bin/portolan-cni'));
  expect(stdout).toBe(`${checkout}/bin/../dist/cni/main.cjs portolan-cni`);
});

test('by a link, under the name of the link', async () => {
  await write('node_modules/node/bin/node', node);
  await symlink(join(checkout, 'bin/portolan-cni'), join(folder, 'loopback'));
  expect((await call(join(folder, 'loopback'))).stdout).toMatch(/main\.cjs loopback$/);
});

test('PORTOLAN_NODE goes before', async () => {
  await write('other node', node);
  const { stdout } = await call(join(checkout, 'bin/portolan-cni'), {
    PORTOLAN_NODE: join(checkout, 'other node'),
  });
  expect(stdout).toMatch(/main\.cjs portolan-cni$/);
});

test.for([
  ['is not built', 'dist'],
  ['has no Node.js', 'node_modules'],
] as const)('an error as the specification has it, where the checkout %s', async ([said, missing]) => {
  await write('node_modules/node/bin/node', node);
  await rm(join(checkout, missing), { recursive: true });
  const { exitCode, stdout } = await call(join(checkout, 'bin/portolan-cni'), { PATH: '/nowhere' });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ code: 50, msg: expect.stringContaining(said) });
});
