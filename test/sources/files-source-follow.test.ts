import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FilesSourceOptions, filesSource } from '../../src/sources/files-source.ts';
import type { Collected } from '../support/sources/collect.ts';
import { load } from '../support/sources/collect.ts';

let folder: string;
let ending: AbortController;
let following: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-follow-'));
  ending = new AbortController();
  following = Promise.resolve();
});
afterEach(async () => {
  ending.abort();
  await following;
  await rm(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFile(at(name), text);

function yaml(name: string, clusterIP = '10.96.0.10'): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {clusterIP: ${clusterIP}, ports: [{port: 80}]}\n`;
}

/** Loads the files and follows them; a change is never lost, whether it comes before or after the watch is set up. */
async function follow(
  files: Readonly<Record<string, string>>,
  path = folder,
  options: FilesSourceOptions = {},
): Promise<Collected> {
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const source = filesSource(path, options);
  const collected = await load(source);
  collected.history.length = 0;
  following = source.follow(collected.listener, ending.signal);
  return collected;
}

/** Waits until all that was done before has been looked at: an object that is written last is known. */
async function settled(collected: Collected): Promise<void> {
  await write('zz-last.yaml', yaml('last'));
  await collected.until(() => collected.objects.has('Service default/last'));
}

const ipOf = (collected: Collected, name: string) => {
  const change = collected.objects.get(`Service default/${name}`);
  return change?.kind === 'Service' ? change.record?.clusterIPs[0] : undefined;
};
const has = (collected: Collected, name: string) => collected.objects.has(`Service default/${name}`);

describe('what changes is told:', () => {
  test('a file that is written again', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await write('a.yaml', yaml('a', '10.96.0.11'));
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
  });

  test('a new file', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await write('b.yaml', yaml('b'));
    await collected.until(() => has(collected, 'b'));
    expect(collected.history).toEqual(['+ Service default/b']);
  });

  test('a file that goes', async () => {
    const collected = await follow({ 'a.yaml': yaml('a'), 'b.yaml': yaml('b') });
    await rm(at('b.yaml'));
    await collected.until(() => !has(collected, 'b'));
    expect(collected.history).toEqual(['- Service default/b']);
  });

  test('a document that goes', async () => {
    const collected = await follow({ 'a.yaml': `${yaml('a')}---\n${yaml('b')}` });
    await write('a.yaml', yaml('a'));
    await collected.until(() => !has(collected, 'b'));
    expect(collected.history).toEqual(['- Service default/b']);
  });

  test('only the objects of a file that changed', async () => {
    const collected = await follow({ 'a.yaml': `${yaml('a')}---\n${yaml('b')}` });
    await write('a.yaml', `# a comment\n${yaml('a')}---\n${yaml('b', '10.96.0.11')}`);
    await collected.until(() => ipOf(collected, 'b') === '10.96.0.11');
    expect(collected.history).toEqual(['+ Service default/b']);
  });

  test('a file that another is renamed over', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await write('.a.yaml.new', yaml('a', '10.96.0.11'));
    await rename(at('.a.yaml.new'), at('a.yaml'));
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.history).toEqual(['+ Service default/a']);
  });

  test("a ConfigMap's symbolic link that is exchanged", async () => {
    await mkdir(at('..v1'));
    await mkdir(at('..v2'));
    await write('..v1/a.yaml', yaml('a'));
    await write('..v2/a.yaml', yaml('a', '10.96.0.11'));
    await symlink('..v1', at('..data'));
    await symlink('..data/a.yaml', at('a.yaml'));
    const collected = await follow({});
    await symlink('..v2', at('..data_tmp'));
    await rename(at('..data_tmp'), at('..data'));
    await rm(at('..v1'), { recursive: true });
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.history).toEqual(['+ Service default/a']);
  });

  test('a single file, and no other of its folder', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') }, at('a.yaml'));
    await write('b.yaml', yaml('b'));
    await write('a.yaml', yaml('a', '10.96.0.11'));
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.keys).toEqual(['Service default/a']);
  });

  test('a folder that is replaced by another', async () => {
    await mkdir(at('objects'));
    await write('objects/a.yaml', yaml('a'));
    const collected = await follow({}, at('objects'));
    await mkdir(at('next'));
    await write('next/b.yaml', yaml('b'));
    await rename(at('objects'), at('old'));
    await rename(at('next'), at('objects'));
    await collected.until(() => has(collected, 'b') && !has(collected, 'a'));
  });
});

describe('the last good version stays in force', () => {
  test('of a document that is broken, while the others of its file go on', async () => {
    const collected = await follow({ 'a.yaml': `${yaml('a')}---\n${yaml('b')}` });
    await write('a.yaml', `kind: Service\n  broken: x\n---\n${yaml('b', '10.96.0.11')}`);
    await collected.until(() => ipOf(collected, 'b') === '10.96.0.11');
    expect(collected.keys).toEqual(['Service default/a', 'Service default/b']);
    expect(collected.problems).toEqual([expect.stringContaining('a.yaml: line 2: ')]);
  });

  test('of an object that can no longer be told', async () => {
    const collected = await follow({ 'a.yaml': `${yaml('a')}---\n${yaml('b')}` });
    await write(
      'a.yaml',
      `${yaml('a').replace('apiVersion: v1', 'apiVersion: v2')}---\n${yaml('b', '10.96.0.11')}`,
    );
    await collected.until(() => ipOf(collected, 'b') === '10.96.0.11');
    expect(ipOf(collected, 'a')).toBe('10.96.0.10');
  });

  test('of a file that is garbage, until it is mended', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await write('a.yaml', '\0');
    await collected.until(() => collected.problems.length > 0);
    expect(has(collected, 'a')).toBe(true);
    await write('a.yaml', yaml('b'));
    await collected.until(() => has(collected, 'b') && !has(collected, 'a'));
  });

  test('of everything, where the folder itself goes; it is found again when it is back', async () => {
    await mkdir(at('objects'));
    await write('objects/a.yaml', yaml('a'));
    const collected = await follow({}, at('objects'));
    await rename(at('objects'), at('away'));
    await collected.until(() => collected.problems.length > 0);
    expect(collected.problems[0]).toContain('is not there any more; its objects stay in force');
    await write('away/a.yaml', yaml('a', '10.96.0.11'));
    await rename(at('away'), at('objects'));
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.history).toEqual(['+ Service default/a']);
  });
});

describe('where it is open which objects there are', () => {
  test('that ends when a file is mended that was broken from the start', async () => {
    const collected = await follow({ 'a.yaml': yaml('a'), 'b.yaml': 'kind: Service\n  broken: x\n' });
    expect(collected.gaps).toEqual([expect.stringContaining('b.yaml: is not read completely')]);
    await write('b.yaml', yaml('b'));
    await collected.until(() => collected.gaps.length === 0);
    expect(collected.keys).toEqual(['Service default/a', 'Service default/b']);
  });

  test('that ends when such a file goes', async () => {
    const collected = await follow({ 'a.yaml': yaml('a'), 'b.yaml': '\0' });
    await rm(at('b.yaml'));
    await collected.until(() => collected.gaps.length === 0);
  });

  test('a file that was read once is not open when it breaks: it keeps its objects', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await write('a.yaml', '\0');
    await collected.until(() => collected.problems.length > 0);
    await settled(collected);
    expect(collected.gaps).toEqual([]);
  });

  test('a new file that is broken is', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await write('b.yaml', '\0');
    await collected.until(() => collected.gaps.length > 0);
    expect(collected.gaps).toEqual([expect.stringContaining('b.yaml: is not read completely')]);
  });
});

describe('files that have no Service any more', () => {
  test('take nothing away', async () => {
    const collected = await follow({ 'a.yaml': yaml('a'), 'b.yaml': yaml('b') });
    await rm(at('a.yaml'));
    await rm(at('b.yaml'));
    await collected.until(() => collected.gaps.length > 0);
    expect(collected.gaps).toEqual([expect.stringContaining(`${folder}: has no Services`)]);
    expect(collected.keys).toContain('Service default/b');
  });

  test('take nothing away while they come back one by one, and then what did not come back', async () => {
    const collected = await follow({ 'all.yaml': ['a', 'b', 'c'].map((name) => yaml(name)).join('---\n') });
    await write('all.yaml', '# wiped\n');
    await collected.until(() => collected.gaps.length > 0);
    await write('a.yaml', yaml('a', '10.96.0.11'));
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.keys).toEqual(['Service default/a', 'Service default/b', 'Service default/c']);
    await write('b.yaml', yaml('b', '10.96.0.12'));
    await collected.until(() => ipOf(collected, 'b') === '10.96.0.12');
    await collected.until(() => collected.gaps.length === 0);
    await collected.until(() => !has(collected, 'c'));
    expect(collected.keys).toEqual(['Service default/a', 'Service default/b']);
  });

  test('take everything away where that is allowed', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') }, folder, { allowEmpty: true });
    await rm(at('a.yaml'));
    await collected.until(() => !has(collected, 'a'));
    expect(collected.gaps).toEqual([]);
  });
});

describe('nothing is taken away for a moment', () => {
  test('where a file is renamed', async () => {
    const collected = await follow({ 'a.yaml': yaml('a') });
    await rename(at('a.yaml'), at('b.yaml'));
    await settled(collected);
    await write('b.yaml', yaml('a', '10.96.0.11'));
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.history).not.toContain('- Service default/a');
  });

  test('where an object moves to another file', async () => {
    const collected = await follow({ 'a.yaml': `${yaml('a')}---\n${yaml('b')}`, 'c.yaml': yaml('c') });
    await write('c.yaml', `${yaml('c')}---\n${yaml('b')}`);
    await write('a.yaml', yaml('a', '10.96.0.11'));
    await settled(collected);
    await collected.until(() => ipOf(collected, 'a') === '10.96.0.11');
    expect(collected.history).not.toContain('- Service default/b');
    expect(collected.keys).toContain('Service default/b');
  });
});

describe('of two files that describe the same object', () => {
  test('the first by name counts, and the second takes over when the first goes', async () => {
    const collected = await follow({ 'a.yaml': yaml('web'), 'b.yaml': yaml('web', '10.96.0.11') });
    expect(ipOf(collected, 'web')).toBe('10.96.0.10');
    expect(collected.problems).toEqual([
      expect.stringMatching(/Service default\/web: stands in .*a\.yaml already, .*b\.yaml/),
    ]);
    await rm(at('a.yaml'));
    await collected.until(() => ipOf(collected, 'web') === '10.96.0.11');
    expect(collected.history).toEqual(['+ Service default/web']);
  });

  test('a new one counts where its name comes first, as it would after a restart', async () => {
    const collected = await follow({ 'b.yaml': yaml('web') });
    await write('a.yaml', yaml('web', '10.96.0.11'));
    await collected.until(() => ipOf(collected, 'web') === '10.96.0.11');
    await collected.until(() =>
      collected.problems.some((problem) => /stands in .*a\.yaml already.*b\.yaml/.test(problem)),
    );
  });

  test('the second may change without effect', async () => {
    const collected = await follow({ 'a.yaml': yaml('web'), 'b.yaml': yaml('web', '10.96.0.11') });
    await write('b.yaml', yaml('web', '10.96.0.12'));
    await settled(collected);
    expect(collected.history).toEqual(['+ Service default/last']);
  });
});

test('it ends at once when it is told to before it starts', async () => {
  const source = filesSource(folder);
  await source.follow(() => undefined, AbortSignal.abort());
});
