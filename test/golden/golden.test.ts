import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import once from 'lodash/once.js';
import { describe, expect, test } from 'vitest';
import { exitStatus } from '../../src/program/exit-status.ts';
import {
  caseNames,
  fixturesPath,
  goldenFile,
  type Mode,
  readFileIfAny,
  renderCase,
} from '../support/golden/cases.ts';

const updating = process.env.UPDATE_GOLDEN === '1';
const advice =
  'Where the new text is what the node should have, "npm run golden" writes it; review the change like code.';

describe('render prints what the golden files hold for', () => {
  test.each(caseNames)('%s', async (name) => {
    const folder = join(fixturesPath, name);
    const expected = await expectedFiles(name);
    if (updating) await writeFiles(folder, expected);
    const differences = await differencesIn(name, expected);
    if (differences.length > 0) expect.fail([...differences, advice].join('\n'));
    const present = (await readdir(folder)).sort();
    expect(present).toEqual(filesOfCase(present, expected));
  });
});

/** What each file with output should hold; nothing where it should not be there. */
async function expectedFiles(name: string): Promise<ReadonlyMap<string, string>> {
  const iptables = await renderBoth(name, 'iptables');
  const nftables = await renderBoth(name, 'nftables');
  const withoutOthers = iptables.problems.replace(/^.* needs mode nftables; .*\n/gm, '');
  expect(nftables.problems, 'the modes differ in what they cannot do').toBe(withoutOthers);
  const empty = name === wholeCase ? undefined : await wholeTable();
  return new Map([
    [goldenFile.iptables.IPv4, iptables.IPv4],
    [goldenFile.iptables.IPv6, iptables.IPv6],
    [goldenFile.nftables.IPv4, withoutParts(nftables.IPv4, empty?.IPv4)],
    [goldenFile.nftables.IPv6, withoutParts(nftables.IPv6, empty?.IPv6)],
    ['problems.txt', iptables.problems],
  ]);
}

async function renderBoth(name: string, mode: Mode) {
  const [ipv4, ipv6] = [await renderCase(name, mode, 'IPv4'), await renderCase(name, mode, 'IPv6')];
  for (const { exitStatus: status, problems } of [ipv4, ipv6]) {
    expect(status, problems).toBe(problems === '' ? exitStatus.ok : exitStatus.incomplete);
  }
  expect(ipv6.problems, 'both families say the same of the objects').toBe(ipv4.problems);
  return { IPv4: ipv4.rules, IPv6: ipv6.rules, problems: ipv4.problems };
}

/** The case whose table stands whole in its files; in those of the others its maps and chains are left out. */
const wholeCase = 'empty';

const wholeTable = once(() => renderBoth(wholeCase, 'nftables'));

function withoutParts(table: string, whole: string | undefined): string {
  if (whole === undefined) return table;
  const known = new Set(partsOf(whole));
  const own = partsOf(table).filter((part) => !known.has(part));
  const [opening = ''] = /^.*\ntable .*\n/.exec(table) ?? [];
  return `${opening}${own.join('\n\n')}\n}\n`;
}

function partsOf(table: string): readonly string[] {
  return table
    .replace(/^.*\ntable .*\n/, '')
    .replace(/\n\}\n$/, '')
    .split('\n\n');
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of files) {
    if (text === '') await rm(join(folder, file), { force: true });
    else await writeFile(join(folder, file), text);
  }
}

async function differencesIn(name: string, files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const [file, text] of files) {
    const golden = await readFileIfAny(join(fixturesPath, name, file));
    if (golden !== text) {
      differences.push(createTwoFilesPatch(`fixtures/${name}/${file}`, 'portolan render', golden, text));
    }
  }
  return differences;
}

/** The files that the folder should have: its input, the output that is not empty, and perhaps arguments. */
function filesOfCase(present: readonly string[], output: ReadonlyMap<string, string>): readonly string[] {
  const outputFiles = [...output].filter(([, text]) => text !== '').map(([file]) => file);
  const optional = present.filter((file) => file === 'args');
  return ['config.yaml', 'objects.yaml', ...outputFiles, ...optional].sort();
}
