import { expect, test } from 'vitest';
import { judgeNftVersions } from '../../../src/doctor/cluster/nft-versions.ts';

const portolan = { family: 'ip', name: 'portolan', writtenBy: undefined, crash: undefined } as const;
const stranger = {
  family: 'inet',
  name: 'stranger',
  writtenBy: '1.1.7',
  crash: 'nft: killed by SIGSEGV',
} as const;

test('a table at which nft crashes is a warning that names both versions', () => {
  expect(judgeNftVersions({ version: '1.0.6', tables: [portolan, stranger] })).toEqual([
    {
      severity: 'warning',
      looked: 'nft 1.0.6, list table inet stranger: nft: killed by SIGSEGV',
      finding:
        'nft 1.0.6 on this node crashes when it lists table inet stranger, which nft 1.1.7 wrote: any program that uses this nft or its library may crash too, firewalls included',
      next: 'use one version of nft on the node and in the containers that write its tables, here that of inet stranger',
    },
  ]);
});

test('who wrote a table need not be known', () => {
  const [finding] = judgeNftVersions({ version: '1.0.6', tables: [{ ...stranger, writtenBy: undefined }] });
  expect(finding?.finding).toContain('which another version wrote');
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
