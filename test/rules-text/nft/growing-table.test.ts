import { describe, expect, test } from 'vitest';
import { GrowingTable } from '../../../src/rules-text/nft/growing-table.ts';
import { readNftListing } from '../../../src/rules-text/nft/read-listing.ts';
import type { Scalar } from '../../../src/rules-text/rule.ts';
import { NotAListing } from '../../../src/rules-text/rules-text-error.ts';
import { accept, ip, jump } from '../../support/trace/nftables/terms.ts';

const services =
  '\tmap services {\n\t\ttype ipv4_addr . inet_proto . inet_service : verdict\n\t\tcounter\n\t}\n';
const blocked = '\tset blocked {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t}\n';
const marks = '\tmap marks {\n\t\ttypeof iifname . meta mark : ip daddr\n\t}\n';
const chain = '\tchain c {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n';
const frame = `table ip t {\n${services}\n${blocked}\n${marks}\n${chain}}\n`;

function growing(options = {}): GrowingTable {
  const [table] = readNftListing(frame, 'IPv4', { terse: true, ...options });
  if (table === undefined) throw new Error('no table was read');
  return new GrowingTable(table);
}

function find(table: GrowingTable, set: string, key: readonly Scalar[]) {
  const found = table.set(set);
  return typeof found === 'string' ? found : found.find(key);
}

const key = [ip(10, 96, 0, 1), 6n, 443n];
const other = [ip(10, 96, 0, 2), 6n, 443n];

/** What `nft get element` of nft 1.0.6 prints, with -j too. */
const got = `table ip t {\n\tmap services {\n\t\ttype ipv4_addr . inet_proto . inet_service : verdict\n\t\telements = { 10.96.0.1 . tcp . 443 counter packets 1 bytes 60 comment "default/web" : goto web }\n\t}\n}\n`;
const element = { key, verdict: { kind: 'goto', chain: 'web' }, comment: 'default/web' };

describe('a table that grows', () => {
  test('says what it is', () => {
    const table = growing();
    expect(table).toMatchObject({
      name: 'nft ip t',
      language: 'nftables',
      family: 'ip',
      tableName: 't',
      packetFamily: 'IPv4',
    });
    expect(table.baseChains).toHaveLength(1);
    expect(table.setNames).toEqual(['services', 'blocked', 'marks']);
  });

  test('asks nft for one element where it can, and else for all', () => {
    const table = growing();
    expect(table.command({ set: 'services', key })).toEqual([
      'get',
      'element',
      'ip',
      't',
      'services',
      '{ 10.96.0.1 . tcp . 443 }',
    ]);
    expect(table.command({ set: 'marks', key: ['eth0', 255n] })).toEqual([
      'get',
      'element',
      'ip',
      't',
      'marks',
      '{ "eth0" . 0x000000ff }',
    ]);
    expect(table.command({ set: 'services' })).toEqual(['list', 'map', 'ip', 't', 'services']);
    expect(table.command({ set: 'blocked', key: [1n] })).toEqual(['list', 'set', 'ip', 't', 'blocked']);
    expect(table.command({ chain: 'c' })).toEqual(['list', 'chain', 'ip', 't', 'c']);
  });

  test('knows no element until it has learnt it', () => {
    const table = growing();
    expect(find(table, 'services', key)).toBe('unread');
    table.learn({ set: 'services', key }, got);
    expect(find(table, 'services', key)).toEqual(element);
    expect(find(table, 'services', other)).toBe('unread');
  });

  test('learns that there is none', () => {
    const table = growing();
    table.learn({ set: 'services', key: other }, undefined);
    expect(find(table, 'services', other)).toBe('absent');
    expect(find(table, 'services', key)).toBe('unread');
  });

  test('learns elements that others read', () => {
    const table = growing();
    table.learnElement('services', key, { key, verdict: { kind: 'drop' }, comment: '' });
    table.learnElement('services', other, undefined);
    expect(find(table, 'services', key)).toEqual({ key, verdict: { kind: 'drop' }, comment: '' });
    expect(find(table, 'services', other)).toBe('absent');
  });

  test('learns whole sets, whatever it was asked for', () => {
    const table = growing();
    expect(table.set('blocked')).toBe('unread');
    table.learn(
      { set: 'blocked', key: [1n] },
      'table ip t {\n\tset blocked {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 10.0.0.0/8 }\n\t}\n}\n',
    );
    expect(find(table, 'blocked', [ip(10, 1, 1, 1)])).toMatchObject({ comment: '' });
    expect(find(table, 'blocked', [ip(11, 1, 1, 1)])).toBe('absent');
    expect(table.set('nowhere')).toBe('absent');
  });

  test('learns elements from JSON', () => {
    const table = growing();
    const elem = [
      [
        { elem: { val: { concat: ['10.96.0.1', 'tcp', 443] }, comment: 'default/web' } },
        { goto: { target: 'web' } },
      ],
    ];
    const map = {
      family: 'ip',
      name: 'services',
      table: 't',
      type: ['ipv4_addr', 'inet_proto', 'inet_service'],
      map: 'verdict',
      elem,
    };
    table.learn({ set: 'services', key }, JSON.stringify({ nftables: [{ metainfo: {} }, { map }] }));
    expect(find(table, 'services', key)).toEqual(element);
  });

  test('learns chains, with those within their rules', () => {
    const table = growing({ withoutRules: true });
    expect(table.chain('c')).toBe('unread');
    table.learn(
      { chain: 'c' },
      'table ip t {\n\tchain c {\n\t\tct state new jump {\n\t\t\taccept\n\t\t}\n\t}\n}\n',
    );
    const rules = table.chain('c');
    expect(typeof rules === 'string' ? rules : rules[0]?.statements.at(-1)).toEqual(jump('{block 1 of c}'));
    expect(table.chain('{block 1 of c}')).toMatchObject([{ statements: [accept] }]);
  });

  test('learns nothing from what is no listing', () => {
    expect(() => growing().learn({ chain: 'c' }, 'Error: syntax error\n')).toThrow(NotAListing);
  });
});
