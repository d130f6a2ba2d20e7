import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/net/address.ts';
import { parseCidr } from '../../src/net/cidr.ts';
import { toIPv6 } from '../support/conformance/to-ipv6.ts';

describe('toIPv6', () => {
  test.each([
    ['10.180.0.1', 'fd00:a:b4::1'],
    ['192.168.1.2', 'fd00:c0:a8:1::2'],
    ['10.0.0.0/8', 'fd00:a::/32'],
    [' 203.0.113.0/25', ' fd00:cb:0:71::/121'],
    ['10.180.0.1:80', '[fd00:a:b4::1]:80'],
    ['127.0.0.0/8', '::1/128'],
    ['0.0.0.0/0', '::/0'],
    ['IPv4', 'IPv6'],
    ['svc1', 'svc1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s is %s', (text, translated) => {
    expect(canonical(toIPv6(text))).toBe(canonical(translated));
  });
});

function canonical(text: string): string {
  return parseAddress(text) ?? parseCidr(text) ?? text;
}
