import { describe, expect, test } from 'vitest';
import { tableBlock, tableBlocks } from '../../../src/rules-text/nft/table-blocks.ts';
import { withoutTables } from '../../../src/rules-text/nft/without-tables.ts';
import { NotAListing } from '../../../src/rules-text/rules-text-error.ts';

const portolan = 'table ip portolan {\n\tset cluster-ips {\n\t\ttype ipv4_addr\n\t}\n}';
const calico = 'table ip6 calico {\n\tchain x {\n\t}\n}';
const text = `${portolan}\n${calico}\n`;

test('a table is found by its family and name', () => {
  expect(tableBlock(text, 'IPv4', 'portolan')).toBe(portolan);
  expect(tableBlock(text, 'IPv6', 'portolan')).toBeUndefined();
  expect(tableBlock(text, 'IPv6', 'calico')).toBe(calico);
});

test('tables are found among other text', () => {
  const blocks = tableBlocks(`*nat\n${portolan}\nnothing of the kind\n${calico}`);
  expect(blocks.map(({ text: own }) => own)).toEqual([portolan, calico]);
});

test('a table that is cut off is an error', () => {
  expect(() => tableBlocks(portolan.slice(0, -2))).toThrow(NotAListing);
});

describe('tables can be left out', () => {
  const isOwn = ({ family, name }: { readonly family: string; readonly name: string }) =>
    family === 'ip' && name === 'portolan';

  test('of text', () => {
    expect(withoutTables(text, isOwn)).toBe(calico);
    expect(withoutTables(portolan, isOwn)).toBe('');
  });

  test('of JSON', () => {
    const metainfo = { metainfo: { version: '1.0.6' } };
    const own = [
      { table: { family: 'ip', name: 'portolan' } },
      { chain: { family: 'ip', table: 'portolan', name: 'services' } },
    ];
    const others = [
      { table: { family: 'ip', name: 'calico' } },
      { rule: { family: 'ip6', table: 'portolan', expr: [] } },
    ];
    const json = JSON.stringify({ nftables: [metainfo, ...own, ...others] });
    expect(JSON.parse(withoutTables(json, isOwn))).toEqual({ nftables: [metainfo, ...others] });
  });
});
