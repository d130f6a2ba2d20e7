import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesSource } from '../../src/sources/files-source.ts';
import { SourceError } from '../../src/sources/source.ts';
import { load } from '../support/sources/collect.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function loaded(files: Readonly<Record<string, string | Uint8Array>>) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const { keys, problems } = await load(filesSource(folder));
  return { keys, problems: problems.map((problem) => problem.replaceAll(`${folder}/`, '')) };
}

test('read once, objects that several files describe are told as ever', async () => {
  await writeFile(join(folder, 'a.yaml'), `${yaml('a')}---\n${yaml('a')}`);
  await writeFile(join(folder, 'b.yaml'), yaml('a'));
  const ever = await load(filesSource(folder));
  const once = await load(filesSource(folder, { once: true }));
  expect(ever.problems).toHaveLength(2);
  expect([once.keys, once.problems]).toEqual([ever.keys, ever.problems]);
});

const yaml = (name: string) => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
  clusterIP: 10.96.0.10
  ports:
  - port: 80
`;
const json = (name: string, indent?: number) =>
  JSON.stringify(
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { clusterIP: '10.96.0.10' } },
    null,
    indent,
  );
const broken = 'kind: Service\n  metadata: x\n';
const other = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n';
const both = { keys: ['Service default/a', 'Service default/b'], problems: [] };

describe('objects are read from', () => {
  test.each<[string, Record<string, string>]>([
    ['two files', { 'a.yaml': yaml('a'), 'b.yml': yaml('b') }],
    ['YAML and JSON', { 'a.yaml': yaml('a'), 'b.json': json('b') }],
    ['two YAML documents', { 'a.yaml': `${yaml('a')}---\n${yaml('b')}` }],
    [
      'documents between comments and empty ones',
      { 'a.yaml': `# first\n---\n---\n# a\n${yaml('a')}--- # b\n${yaml('b')}---\n# end\n` },
    ],
    ['documents with a marker behind the last', { 'a.yaml': `${yaml('a')}---\n${yaml('b')}---` }],
    [
      'documents with markers and ends behind the last',
      { 'a.yaml': `${yaml('a')}---\n${yaml('b')}...\n---\n...\n` },
    ],
    ['JSON with a marker behind it', { 'a.json': `${json('a')}\n---\n${json('b')}\n---\n` }],
    [
      'documents with directives',
      { 'a.yaml': `# first\n%YAML 1.2\n---\n${yaml('a')}...\n%YAML 1.2\n---\n${yaml('b')}...\n` },
    ],
    ['lines that end as on Windows', { 'a.yaml': `${yaml('a')}---\n${yaml('b')}`.replaceAll('\n', '\r\n') }],
    ['a text with a byte order mark', { 'a.yaml': `\uFEFF${yaml('a')}---\n${yaml('b')}` }],
    ['JSON values on a line each', { 'a.json': `${json('a')}\n${json('b')}\n` }],
    ['JSON values one after another', { 'a.json': `${json('a', 2)}${json('b', 2)}` }],
    ['JSON values between markers', { 'a.yaml': `${json('a', 2)}\n---\n${json('b', 2)}\n` }],
    [
      "YAML's own flow style",
      { 'a.yaml': `{apiVersion: v1, kind: List, items: [\n{${json('a').slice(1)},\n${json('b')}]} # end` },
    ],
    ['a List', { 'a.json': `{"apiVersion":"v1","kind":"List","items":[${json('a')},${json('b')}]}` }],
    [
      'merge keys and anchors',
      {
        'a.yaml': `${yaml('a').replace('metadata: {name', 'metadata: &m {namespace: default, name')}---\n${yaml('b')}`,
      },
    ],
  ])('%s', async (_, files) => {
    expect(await loaded(files)).toEqual(both);
  });

  test('one file of any name', async () => {
    await writeFile(join(folder, 'objects.txt'), yaml('a'));
    expect((await load(filesSource(join(folder, 'objects.txt')))).keys).toEqual(['Service default/a']);
  });

  test('symbolic links, as those of a ConfigMap', async () => {
    await mkdir(join(folder, '..v1'));
    await writeFile(join(folder, '..v1/a.yaml'), yaml('a'));
    await symlink('..v1', join(folder, '..data'));
    await symlink('..data/a.yaml', join(folder, 'a.yaml'));
    expect((await load(filesSource(folder))).keys).toEqual(['Service default/a']);
  });

  test('no other file, hidden file, backup or folder', async () => {
    await mkdir(join(folder, 'inner.yaml'));
    await writeFile(join(folder, 'inner.yaml/b.yaml'), yaml('b'));
    const others = ['notes.txt', '.a.yaml', '.#a.yaml', 'a.yaml~', '#a.yaml#', 'a.yaml.swp', '.a.yaml.swp'];
    expect(await loaded(Object.fromEntries(others.map((name) => [name, yaml('b')])))).toEqual({
      keys: [],
      problems: [],
    });
  });
});

describe('what is broken is named, and everything else goes on:', () => {
  test.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    [
      'a document of a file',
      { 'a.yaml': `${yaml('a')}---\n${broken}---\n${yaml('b')}` },
      /^a\.yaml: line 10: /,
    ],
    [
      'the first document of a file',
      { 'a.yaml': `${broken}---\n${yaml('a')}---\n${yaml('b')}` },
      /^a\.yaml: line 2: /,
    ],
    ['a whole file', { 'a.yaml': yaml('a'), 'b.yaml': broken, 'c.yaml': yaml('b') }, /^b\.yaml: line 2: /],
    [
      'a JSON value among others',
      { 'a.json': `${json('a')}\n{"kind": x}\n${json('b')}\n` },
      /^a\.json: line 2: /,
    ],
    [
      'JSON that ends too soon',
      { 'a.yaml': yaml('a'), 'b.json': json('c', 2).slice(0, -4), 'c.yaml': yaml('b') },
      /^b\.json: line \d+: /,
    ],
    [
      'a document that is no object',
      { 'a.yaml': `${yaml('a')}---\nhello\n---\n${yaml('b')}` },
      /^an object: the document: must be a Kubernetes object, got "hello" \(a\.yaml:8\)$/,
    ],
    [
      'an object without a kind',
      { 'a.yaml': `${yaml('a')}---\na: 1\n---\n${yaml('b')}` },
      /^an object: kind: .* \(a\.yaml:8\)$/,
    ],
    [
      'a file with a NUL byte',
      { 'a.yaml': yaml('a'), 'b.yaml': '\0\0', 'c.yaml': yaml('b') },
      /^b\.yaml: is not text: it has a NUL byte$/,
    ],
    [
      'a file that is not UTF-8',
      { 'a.yaml': yaml('a'), 'b.yaml': Uint8Array.of(0xc3, 0x28), 'c.yaml': yaml('b') },
      /^b\.yaml: is not UTF-8 text$/,
    ],
    [
      'a tag for JavaScript',
      { 'a.yaml': yaml('a'), 'b.yaml': 'a: !!js/function x', 'c.yaml': yaml('b') },
      /^b\.yaml: line 1: unknown .*tag/,
    ],
    [
      'a bomb of aliases',
      { 'a.yaml': yaml('a'), 'b.yaml': `a: &a x\nb: [${Array(200).fill('*a').join()}]`, 'c.yaml': yaml('b') },
      /^b\.yaml: line 2: aliases exceeded maxAliases/,
    ],
    [
      'an object that an earlier file describes',
      { 'a.yaml': yaml('a'), 'b.yaml': `${yaml('a')}---\n${yaml('b')}` },
      /^Service default\/a: stands in a\.yaml already, and that one counts \(b\.yaml\)$/,
    ],
    [
      'an object that stands earlier in its file',
      { 'a.yaml': `${yaml('a')}---\n${yaml('a')}---\n${yaml('b')}` },
      /^Service default\/a: stands earlier in this file already, and that one counts \(a\.yaml\)$/,
    ],
  ])('%s', async (_, files, problem) => {
    const { keys, problems } = await loaded(files);
    expect(keys).toEqual(both.keys);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  test.each([
    ['a thousand broken documents', `${broken}---\n`.repeat(1_000)],
    ['a List of a thousand numbers', `{"apiVersion":"v1","kind":"List","items":[${Array(1_000).fill(1)}]}`],
  ])('%s, in a few words', async (_, text) => {
    const { problems } = await loaded({ 'a.yaml': text });
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('a.yaml: has 980 more problems');
  });
});

describe('there may be objects that are not known', () => {
  const unread = 'is not read completely; portolan run leaves rules that may be of objects in it';
  const empty = 'has no Services; portolan run leaves the rules that stand, unless --allow-empty is given';

  async function gaps(files: Readonly<Record<string, string | Uint8Array>>, options = {}) {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return (await load(filesSource(folder, options))).gaps.map((gap) => gap.replaceAll(folder, 'objects'));
  }

  test.each<[string, Record<string, string | Uint8Array>, string[]]>([
    ['nowhere, where all can be read', { 'a.yaml': yaml('a'), 'b.json': json('b') }, []],
    ['nowhere, where only a part of an object is faulty', { 'a.yaml': yaml('a').replace('80', '0') }, []],
    ['nowhere, where objects of other kinds are passed over', { 'a.yaml': `${yaml('a')}---\n${other}` }, []],
    ['in a file that cannot be parsed', { 'a.yaml': yaml('a'), 'b.yaml': broken }, ['b.yaml']],
    [
      'in a file of which a document cannot be parsed',
      { 'a.yaml': `${yaml('a')}---\n${broken}` },
      ['a.yaml'],
    ],
    ['in a file with an object without a kind', { 'a.yaml': `${yaml('a')}---\na: 1\n` }, ['a.yaml']],
    [
      'in a file with an object without a usable name',
      { 'a.yaml': yaml('a'), 'b.yaml': yaml('B!') },
      ['b.yaml'],
    ],
    ['in a file that is no text', { 'a.yaml': yaml('a'), 'b.yaml': '\0' }, ['b.yaml']],
  ])('%s', async (_case, files, expected) => {
    expect(await gaps(files)).toEqual(expected.map((name) => `objects/${name}: ${unread}`));
  });

  test('in a file that cannot be read', async () => {
    await symlink('nowhere', join(folder, 'b.yaml'));
    expect(await gaps({ 'a.yaml': yaml('a') })).toEqual([`objects/b.yaml: ${unread}`]);
  });

  test.each<[string, Record<string, string>]>([
    ['a folder without a file', {}],
    ['a folder of other files', { 'notes.txt': yaml('a') }],
    ['files of other objects', { 'a.yaml': other }],
    ['an empty file', { 'a.yaml': '' }],
  ])('where there are no Services: %s', async (_case, files) => {
    expect(await gaps(files)).toEqual([`objects: ${empty}`]);
  });

  test('in broken files, though there are no Services for it, too', async () => {
    expect(await gaps({ 'a.yaml': broken })).toEqual([`objects/a.yaml: ${unread}`, `objects: ${empty}`]);
  });

  test('not where there are no Services and that is allowed; but in broken files all the same', async () => {
    expect(await gaps({}, { allowEmpty: true })).toEqual([]);
    expect(await gaps({ 'a.yaml': broken }, { allowEmpty: true })).toEqual([`objects/a.yaml: ${unread}`]);
  });
});

test('a file full of broken documents is not read to its end', async () => {
  const { keys, problems } = await loaded({
    'a.yaml': `${broken}---\n`.repeat(2_000) + yaml('b'),
    'c.yaml': yaml('a'),
  });
  expect(keys).toEqual(['Service default/a']);
  expect(problems.at(-1)).toBe('a.yaml: is read no further: more than 1000 of its objects cannot be used');
});

describe('nothing can be read from', () => {
  test('a path that is not there', async () => {
    const source = filesSource(join(folder, 'none'));
    await expect(load(source)).rejects.toThrow(SourceError);
    await expect(load(source)).rejects.toThrow(/--source .*none: ENOENT: no such file or directory/);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'a file without permission (shown by root in the guise of another)',
    async () => {
      const file = join(folder, 'a.yaml');
      await writeFile(file, yaml('a'), { mode: 0o600 });
      process.seteuid?.(65_534);
      try {
        await expect(load(filesSource(file))).rejects.toThrow(
          /--source .*a\.yaml: EACCES: permission denied/,
        );
      } finally {
        process.seteuid?.(0);
      }
    },
  );
});
