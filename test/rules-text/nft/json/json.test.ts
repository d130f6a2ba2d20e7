import { describe, expect, test } from 'vitest';
import { readNftListing } from '../../../../src/rules-text/nft/read-listing.ts';
import { ruleText } from '../../../../src/rules-text/nft/write/statement-text.ts';
import { ip } from '../../../support/trace/nftables/terms.ts';

const mark = { meta: { key: 'mark' } };
const saddr = { payload: { protocol: 'ip', field: 'saddr' } };
const dport = { payload: { protocol: 'tcp', field: 'dport' } };

describe('a rule in JSON', () => {
  test.each([
    ['meta mark 0x00000064', { match: { op: '==', left: mark, right: 100 } }],
    [
      'meta mark & 0x00004000 != 0x00000000',
      { match: { op: '!=', left: { '&': [mark, 0x4000] }, right: 0 } },
    ],
    ['meta mark & 0x00000001 == 0x00000001', { match: { op: '==', left: { '&': [mark, 1] }, right: 1 } }],
    ['iifname "cni*"', { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'cni*' } }],
    ['oifname @outside', { match: { op: '==', left: { meta: { key: 'oifname' } }, right: '@outside' } }],
    [
      'ct state established,related',
      { match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] } },
    ],
    ['ct state == new', { match: { op: '==', left: { ct: { key: 'state' } }, right: 'new' } }],
    ['ct state { new }', { match: { op: '==', left: { ct: { key: 'state' } }, right: { set: ['new'] } } }],
    [
      'ct original ip daddr 192.0.2.1',
      { match: { op: '==', left: { ct: { key: 'ip daddr', dir: 'original' } }, right: '192.0.2.1' } },
    ],
    [
      'tcp flags & (syn | ack) == syn | ack',
      {
        match: {
          op: '==',
          left: { '&': [{ payload: { protocol: 'tcp', field: 'flags' } }, ['syn', 'ack']] },
          right: ['syn', 'ack'],
        },
      },
    ],
    ['tcp dport 80-90', { match: { op: '==', left: dport, right: { range: [80, 90] } } }],
    [
      'ip saddr != 10.0.0.0/8',
      { match: { op: '!=', left: saddr, right: { prefix: { addr: '10.0.0.0', len: 8 } } } },
    ],
    [
      'fib saddr . mark . iif oif missing',
      {
        match: { op: '==', left: { fib: { result: 'oif', flags: ['saddr', 'mark', 'iif'] } }, right: false },
      },
    ],
    [
      '@nh,96,32 1',
      { match: { op: '==', left: { payload: { base: 'nh', offset: 96, len: 32 } }, right: 1 } },
    ],
    [
      'meta mark set meta mark & 0x000000ff | 0x00000100',
      { mangle: { key: mark, value: { '|': [{ '&': [mark, 255] }, 256] } } },
    ],
    [
      'meta mark set (meta mark | 0x00000100) & 0x0000ffff',
      { mangle: { key: mark, value: { '&': [{ '|': [mark, 256] }, 65535] } } },
    ],
    [
      'meta mark set tcp dport map { 80 : 0x00000001 }',
      { mangle: { key: mark, value: { map: { key: dport, data: { set: [[80, 1]] } } } } },
    ],
    [
      'jhash ip saddr . tcp dport mod 4 seed 0xdead offset 1 vmap { 1 : accept, 2 : jump a }',
      {
        vmap: {
          key: { jhash: { mod: 4, seed: 0xdead, offset: 1, expr: { concat: [saddr, dport] } } },
          data: {
            set: [
              [1, { accept: null }],
              [2, { jump: { target: 'a' } }],
            ],
          },
        },
      },
    ],
    ['dnat ip to 192.0.2.1:80', { dnat: { family: 'ip', addr: '192.0.2.1', port: 80 } }],
    [
      'dnat to [fd00::1]-[fd00::3]:80-90',
      { dnat: { addr: { range: ['fd00::1', 'fd00::3'] }, port: { range: [80, 90] } } },
    ],
    ['dnat to :8080', { dnat: { port: 8080 } }],
    [
      'dnat ip prefix to ip saddr map @m',
      {
        dnat: {
          family: 'ip',
          addr: { map: { key: saddr, data: '@m' } },
          type_flags: 'prefix',
          flags: 'netmap',
        },
      },
    ],
    ['redirect to :80 random,persistent', { redirect: { port: 80, flags: ['random', 'persistent'] } }],
    ['masquerade fully-random', { masquerade: { flags: 'fully-random' } }],
    ['reject', { reject: { type: 'icmpx', expr: 'port-unreachable' } }],
    ['reject with tcp reset', { reject: { type: 'tcp reset' } }],
    [
      'limit rate over 10 kbytes/second burst 5 kbytes',
      { limit: { rate: 10, rate_unit: 'kbytes', per: 'second', burst: 5, burst_unit: 'kbytes', inv: true } },
    ],
    ['quota over 10 mbytes', { quota: { val: 10, val_unit: 'mbytes', inv: true } }],
    ['counter name "web"', { counter: 'web' }],
    ['log prefix "a b" group 2', { log: { prefix: 'a b', group: 2 } }],
    ['queue flags bypass,fanout to 1-3', { queue: { num: { range: [1, 3] }, flags: ['bypass', 'fanout'] } }],
    [
      'add @s { ip saddr timeout 1m limit rate 5/second }',
      {
        set: {
          op: 'add',
          set: '@s',
          elem: { elem: { val: saddr, timeout: 60 } },
          stmt: [{ limit: { rate: 5, burst: 5, per: 'second' } }],
        },
      },
    ],
    ['update @m { ip saddr : meta mark }', { map: { op: 'update', map: '@m', elem: saddr, data: mark } }],
    ['ct helper set "ftp"', { 'ct helper': 'ftp' }],
    ['xt target "DNAT"', { xt: { type: 'target', name: 'DNAT' } }],
    ['jump { accept }', 'jump { accept }'],
  ])('is %s', (text, statement) => {
    expect(ruleText([statement], undefined)).toBe(text);
  });

  test('has its comment at the end', () => {
    expect(ruleText([{ counter: null }, { accept: null }], 'default/web')).toBe(
      'counter accept comment "default/web"',
    );
  });

  test('that is like none stays what it is, and is unknown', () => {
    const rule = {
      family: 'ip',
      table: 't',
      chain: 'c',
      expr: [{ frobnicate: { with: 7 } }, { accept: null }],
    };
    const [table] = readNftListing(JSON.stringify({ nftables: [{ rule }] }), 'IPv4');
    expect(table?.chain('c')).toEqual([
      {
        text: '{"frobnicate":{"with":7}} accept',
        comment: '',
        statements: [{ kind: 'unknown-statement', text: '{"frobnicate":{"with":7}} accept' }],
      },
    ]);
  });
});

describe('a set in JSON', () => {
  test('may name its types by expressions, as of nft 1.1', () => {
    const map = {
      family: 'ip',
      table: 't',
      name: 'm',
      type: { typeof: { concat: [saddr, { numgen: { mode: 'random', mod: 65536, offset: 0 } }] } },
      map: { typeof: { concat: [{ payload: { protocol: 'ip', field: 'daddr' } }, dport] } },
      elem: [[{ concat: ['192.0.2.1', 3] }, { concat: ['10.244.1.7', 8080] }]],
    };
    const [table] = readNftListing(JSON.stringify({ nftables: [{ map }] }), 'IPv4');
    const set = table?.set('m');
    const key = [ip(192, 0, 2, 1), 3n];
    expect(typeof set === 'object' && set.find(key)).toEqual({
      key,
      data: [ip(10, 244, 1, 7), 8080n],
      comment: '',
    });
  });

  test('may have one element, or none', () => {
    const set = { family: 'inet', table: 't', type: 'inet_service', flags: 'interval' };
    const sets = [
      { set: { ...set, name: 'one', elem: [{ range: [80, 90] }] } },
      { set: { ...set, name: 'none' } },
    ];
    const [table] = readNftListing(JSON.stringify({ nftables: sets }), 'IPv6');
    const [one, none] = [table?.set('one'), table?.set('none')];
    expect(typeof one === 'object' && one.find([85n])).toMatchObject({ key: [{ from: 80n, to: 90n }] });
    expect(typeof none === 'object' && none.find([85n])).toBe('absent');
    expect(table?.declaration('one')).toMatchObject({ kind: 'set', hasIntervals: true });
  });
});
