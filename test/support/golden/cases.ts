import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { vi } from 'vitest';
import { main } from '../../../src/cli/program.ts';
import type { Family } from '../../../src/net/family.ts';

export const fixturesPath = join(import.meta.dirname, '../../../fixtures');

/** What stands in fixtures/ and is no case. */
const others = new Set(['README.md', 'demo', 'configs', 'histories', 'diff', 'explain', 'rulesets']);

/** Every case by the name of its folder. */
export const caseNames: readonly string[] = readdirSync(fixturesPath)
  .filter((name) => !others.has(name))
  .sort();

export const modes = ['iptables', 'nftables'] as const;

export type Mode = (typeof modes)[number];

export const goldenFile: Record<Mode, Record<Family, string>> = {
  iptables: { IPv4: 'iptables.rules', IPv6: 'ip6tables.rules' },
  nftables: { IPv4: 'ip.nft', IPv6: 'ip6.nft' },
};

/** What a call of `portolan render` printed. */
export interface Rendering {
  readonly rules: string;
  /** One line for each problem, with the paths as they are where the case's folder is the current one. */
  readonly problems: string;
  readonly exitStatus: number;
}

/** Calls `portolan render` for a case in this process. */
export async function renderCase(name: string, mode: Mode, family: Family): Promise<Rendering> {
  const folder = join(fixturesPath, name);
  await using config = await configFile(folder, mode);
  const files = ['--source', join(folder, 'objects.yaml'), '--config', config.path];
  using stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  using stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exitStatus = await main(['render', ...files, '--family', family, ...(await ownArguments(folder))]);
  const problems = written(stderr)
    .replaceAll(`${folder}/`, '')
    // What the program says of its own is no problem of an object.
    .replace(/^portolan: .*\n/gm, '');
  return { rules: written(stdout), problems, exitStatus };
}

/** The cases are written for mode iptables: for nftables the same settings stand in the other section. */
async function configFile(folder: string, mode: Mode): Promise<{ path: string } & AsyncDisposable> {
  const path = join(folder, 'config.yaml');
  if (mode === 'iptables') return { path, async [Symbol.asyncDispose]() {} };
  const { iptables, ...rest } = load(await readFile(path, 'utf8')) as Record<string, object | undefined>;
  const section = { ...iptables, localhostNodePorts: undefined };
  const own = await mkdtemp(join(tmpdir(), 'portolan-golden-'));
  await writeFile(join(own, 'config.json'), JSON.stringify({ ...rest, mode, nftables: section }));
  return { path: join(own, 'config.json'), [Symbol.asyncDispose]: () => rm(own, { recursive: true }) };
}

async function ownArguments(folder: string): Promise<readonly string[]> {
  const text = await readFileIfAny(join(folder, 'args'));
  return text.split('\n').filter((line) => line !== '');
}

/** The text of a file; empty where there is none. */
export async function readFileIfAny(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function written(stream: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } }): string {
  return stream.mock.calls.map(([text]) => String(text)).join('');
}
