import { existsSync, globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** nft of one Debian suite, which runs with its own libraries beside the machine's. */
export interface SuiteNft {
  readonly suite: string;
  /** `1.0.6`. */
  readonly version: string;
  /** The command, to be followed by nft's own words. */
  readonly command: readonly [string, ...string[]];
}

/**
 * The nft of a suite, unpacked below the folder; by apt, with lists of its own: nothing of the machine is changed. Rejects where it
 * cannot be had.
 */
export async function suiteNft(suite: string, folder: string): Promise<SuiteNft> {
  const root = join(folder, suite, 'root');
  if (!existsSync(join(root, 'usr/sbin/nft'))) await unpack(suite, join(folder, suite), root);
  const [loader = ''] = globSync(
    ['lib64/ld-linux-*.so.*', 'usr/lib64/ld-linux-*.so.*', 'usr/lib/*/ld-linux-*.so.*'],
    {
      cwd: root,
    },
  );
  const libraries = globSync(['lib/*-linux-gnu*', 'usr/lib/*-linux-gnu*'], { cwd: root }).map((path) =>
    join(root, path),
  );
  const command = [
    join(root, loader),
    '--library-path',
    libraries.join(':'),
    join(root, 'usr/sbin/nft'),
  ] as const;
  const { stdout } = await execa(command[0], [...command.slice(1), '--version']);
  return { suite, version: /v(\d[\d.]*)/.exec(stdout)?.[1] ?? stdout, command };
}

async function unpack(suite: string, folder: string, root: string): Promise<void> {
  const [state, cache] = [join(folder, 'state'), join(folder, 'cache')];
  for (const each of [join(state, 'lists/partial'), join(cache, 'archives/partial'), root])
    await mkdir(each, { recursive: true });
  const list = join(folder, 'sources.list');
  await writeFile(join(folder, 'status'), '');
  await writeFile(list, `deb ${await mirror()} ${suite} main\n`);
  const options = {
    'Dir::State': state,
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': cache,
    'Dir::Etc::SourceList': list,
    'Dir::Etc::SourceParts': '/dev/null',
    'APT::Install-Recommends': 'false',
  };
  const apt = (...words: readonly string[]) =>
    execa('apt-get', [
      ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
      ...words,
    ]);
  await apt('update');
  await apt('install', '--yes', '--download-only', 'nftables');
  for (const archive of globSync('archives/*.deb', { cwd: cache }))
    await execa('dpkg-deb', ['--extract', join(cache, archive), root]);
}

/** Where the machine itself has its packages from. */
async function mirror(): Promise<string> {
  const { stdout } = await execa('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
  ]);
  const found = stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (found === undefined) throw new Error('apt knows no mirror of Debian');
  return found;
}
