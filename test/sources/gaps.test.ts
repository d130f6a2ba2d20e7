import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { judgeObjects } from '../../src/doctor/node/objects.ts';
import { filesSource } from '../../src/sources/files-source.ts';
import { loadState } from '../../src/sources/load-state.ts';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { runMain } from '../support/cli/run-main.ts';

const broken = 'kind: Service\n  broken: x\n';
const unread = 'is not read completely; portolan run leaves rules that may be of objects in it';
const empty = 'has no Services; portolan run leaves the rules that stand, unless --allow-empty is given';

let folder: Awaited<ReturnType<typeof objectsFolder>>;
/** Rules of a Service that none of the files describes. */
let saved: string;
beforeEach(async () => {
  folder = await objectsFolder({});
  const before = await objectsFolder({ 'a.yaml': web() });
  const { stdout } = await runMain(['render', '--source', before.path, '--family', 'IPv4']);
  saved = join(before.path, 'saved.rules');
  await writeFile(saved, stdout.replace('# IPv4\n', ''));
  cleanups.push(folder, before);
});
const cleanups: AsyncDisposable[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup[Symbol.asyncDispose]();
});

const cases = [
  ['an empty folder', {}, `portolan: FOLDER: ${empty}\n`],
  ['a broken file', { 'a.yaml': broken }, `portolan: FOLDER/a.yaml: ${unread}\n`],
  [
    'one that is broken among others',
    { 'a.yaml': web('other', 20), 'b.yaml': broken },
    `portolan: FOLDER/b.yaml: ${unread}\n`,
  ],
] as const;

async function called(files: Readonly<Record<string, string>>, command: readonly string[]) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  const { stderr, exitStatus } = await runMain([...command, '--source', folder.path]);
  return { stderr: stderr.replaceAll(folder.path, 'FOLDER'), exitStatus };
}

describe.each(cases)('of %s it is said that not all objects are known,', (_case, files, says) => {
  test('by render', async () => {
    const { stderr, exitStatus } = await called(files, ['render']);
    expect(stderr).toContain(says);
    // Nothing is left out of a folder that has nothing.
    expect(exitStatus).toBe('a.yaml' in files ? 1 : 0);
  });

  test('by explain', async () => {
    const { stderr } = await called(files, ['explain', '--from', '10.244.1.5', '--to', '10.96.0.10:80']);
    expect(stderr).toContain(says);
  });

  test('by diff, and what that means for rules that seem to go', async () => {
    const { stderr, exitStatus } = await called(files, ['diff', '--against', saved, '--family', 'IPv4']);
    expect(stderr).toContain(says);
    expect(stderr).toContain('so rules that seem to go may be those of others');
    expect(exitStatus).toBe(1);
  });

  test('by doctor', async () => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
    const { config } = await loadConfig({});
    const options = { flags: {}, source: folder.path, serviceProxyName: '' };
    const loaded = await loadState(filesSource(folder.path), config, options);
    const findings = judgeObjects({ objects: { loaded }, nodeName: 'node-0' });
    const text = says.replace('portolan: ', '').replace('FOLDER', folder.path).trim();
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'warning', finding: text }));
  });
});

test('nothing of the kind is said where all are known', async () => {
  for (const command of [['render'], ['diff', '--against', saved, '--family', 'IPv4']]) {
    const { stderr } = await called({ 'a.yaml': web() }, command);
    expect(stderr).toBe('');
  }
});
