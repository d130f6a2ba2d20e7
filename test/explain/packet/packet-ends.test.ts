import { describe, expect, test } from 'vitest';
import { parseClient, parseTarget } from '../../../src/explain/packet/packet-ends.ts';

describe('--from', () => {
  test.each([
    ['10.244.1.5', { kind: 'address', address: '10.244.1.5' }],
    ['fd00:0::1', { kind: 'address', address: 'fd00::1' }],
    ['[fd00::1]', { kind: 'address', address: 'fd00::1' }],
    ['node', { kind: 'node' }],
    ['outside', { kind: 'outside' }],
    ['web-1', { kind: 'pod', namespace: undefined, name: 'web-1' }],
    ['shop/web-1', { kind: 'pod', namespace: 'shop', name: 'web-1' }],
    ['pod/shop/web-1', { kind: 'pod', namespace: 'shop', name: 'web-1' }],
    ['shop/node', { kind: 'pod', namespace: 'shop', name: 'node' }],
  ])('%s', (text, expected) => {
    expect(parseClient(text)).toEqual(expected);
  });

  test.each(['', '10.244.1', '10.244.1.5:80', 'a/b/c/d', 'Shop/web', 'shop/', '::1::', '-x'])(
    '%j is none',
    (text) => {
      expect(parseClient(text).kind).toBe('fault');
    },
  );
});

describe('--to', () => {
  test.each([
    ['10.96.0.1:443', { kind: 'address', address: '10.96.0.1', port: 443 }],
    ['[fd00::1]:443', { kind: 'address', address: 'fd00::1', port: 443 }],
    ['node:30080', { kind: 'node', port: 30080 }],
    ['shop/web:http', { kind: 'service', namespace: 'shop', name: 'web', port: 'http' }],
    ['shop/web:80', { kind: 'service', namespace: 'shop', name: 'web', port: '80' }],
    ['shop/web', { kind: 'service', namespace: 'shop', name: 'web', port: undefined }],
    ['web', { kind: 'service', namespace: undefined, name: 'web', port: undefined }],
    ['service/web:http', { kind: 'service', namespace: undefined, name: 'web', port: 'http' }],
    ['svc/shop/web:http', { kind: 'service', namespace: 'shop', name: 'web', port: 'http' }],
  ])('%s', (text, expected) => {
    expect(parseTarget(text)).toEqual(expected);
  });

  test.each([
    '',
    '10.96.0.1',
    '10.96.0.1:',
    '10.96.0.1:0',
    '10.96.0.1:65536',
    '[fd00::1]',
    'fd00::1:80',
    '[10.96.0:80',
    'node:70000',
    'shop/web:',
    'a/b/c/d:80',
    'shop/Web:80',
    'shop/web:80:81',
  ])('%j is none', (text) => {
    expect(parseTarget(text).kind).toBe('fault');
  });
});
