import { expect, test } from 'vitest';
import { judgeNftVersions } from '../../../src/doctor/cluster/nft-versions.ts';

const portolan = { family: 'ip', name: 'portolan', writtenBy: undefined, crash: undefined } as const;
const stranger = {
  family: 'inet',
  name: 'stranger',
  writtenBy: '1.1.7',
  crash: 'nft: killed by SIGSEGV',
} as const;

test('a table that nft dies of is a warning that names both versions', () => {
  expect(judgeNftVersions({ version: '1.0.6', tables: [portolan, stranger] })).toEqual([
    {
      severity: 'warning',
      looked: 'nft 1.0.6, list table inet stranger: nft: killed by SIGSEGV',
      finding:
        'nft 1.0.6 of this node dies of table inet stranger, which nft 1.1.7 has written: so may every program that uses this nft or its library, a firewall too',
      next: "have the program that owns inet stranger use the node's version of nft, or the node that of the program",
    },
  ]);
});

test('who wrote a table need not be known', () => {
  const [finding] = judgeNftVersions({ version: '1.0.6', tables: [{ ...stranger, writtenBy: undefined }] });
  expect(finding?.finding).toContain('which another version has written');
});

test('tables that nft lists are fine', () => {
  expect(judgeNftVersions({ version: '1.1.3', tables: [portolan] })).toEqual([
    { severity: 'ok', looked: 'nft 1.1.3; 1 table (ip portolan)', finding: 'nft lists all tables' },
  ]);
});

test.each([
  ['without nft', undefined],
  ['without tables', { version: '1.1.3', tables: [] }],
])('nothing is said %s', (_, listings) => {
  expect(judgeNftVersions(listings)).toEqual([]);
});
