import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { execa } from 'execa';
import { UserError } from '../../src/program/exit-status.ts';

/** The product of another git revision. */
export interface Revision {
  /** As it was asked for: a commit, a tag or a branch. */
  readonly name: string;
  /** The path of its bin/portolan. */
  readonly program: string;
  /** Its own benchmark of changes; `undefined` where it has none. */
  readonly changes: RevisionScript | undefined;
}

/** A script, by its path, and what the revision has it run with: Node's own options. */
export interface RevisionScript {
  readonly path: string;
  readonly nodeOptions: readonly string[];
}

/** Builds a revision in a worktree of its own, which is removed after the use; uses `undefined` where none is named. */
export async function withRevision<T>(
  name: string | undefined,
  use: (revision: Revision | undefined) => Promise<T>,
): Promise<T> {
  if (name === undefined) return use(undefined);
  const folder = await mkdtemp(join(tmpdir(), 'portolan-bench-'));
  const checkout = join(folder, 'portolan');
  try {
    await build(name, checkout);
    const program = join(checkout, 'bin/portolan');
    return await use({ name, program, changes: await changesOf(checkout) });
  } finally {
    await execa('git', ['worktree', 'remove', '--force', checkout], { cwd: root, reject: false });
    await rm(folder, { recursive: true });
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

async function build(name: string, checkout: string): Promise<void> {
  await execa('git', ['worktree', 'add', '--detach', checkout, await commitOf(name)], { cwd: root });
  if (await hasSamePackages(checkout)) await linkPackages(checkout);
  await execa('sh', ['scripts/setup.sh', '--rebuild'], { cwd: checkout });
}

async function commitOf(name: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const { failed, stdout } = await execa('git', args, { cwd: root, reject: false });
  if (failed) throw new UserError(`--against: there is no revision "${name}"`);
  return stdout;
}

async function hasSamePackages(checkout: string): Promise<boolean> {
  return isDeepStrictEqual(await lockedPackages(checkout), await lockedPackages(root));
}

/** What is to be installed; why is another question, which the entry of the project itself answers. */
async function lockedPackages(folder: string): Promise<unknown> {
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  return { ...packages, '': undefined };
}

/** One by one, so that an npm which did install there would remove links, not our packages. */
async function linkPackages(checkout: string): Promise<void> {
  const [ours, theirs] = [join(root, 'node_modules'), join(checkout, 'node_modules')];
  await mkdir(theirs);
  for (const name of await readdir(ours)) {
    if (name !== installedMark) await symlink(join(ours, name), join(theirs, name));
  }
  // A copy is newer than the lock file, by which the set-up knows that all is installed.
  await copyFile(join(ours, installedMark), join(theirs, installedMark));
}

const installedMark = '.package-lock.json';

/** Its files have had two names. */
async function changesOf(checkout: string): Promise<RevisionScript | undefined> {
  const prefix = ['nftables/', 'nftables-']
    .map((start) => join(checkout, 'bench', start))
    .find((start) => existsSync(`${start}changes.ts`));
  if (prefix === undefined) return undefined;
  const setup: { readonly productNodeOptions: readonly string[] } = await import(`${prefix}setup.ts`);
  return { path: `${prefix}changes.ts`, nodeOptions: setup.productNodeOptions };
}
