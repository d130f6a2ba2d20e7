import { expect, test } from 'vitest';
import { nameserversOf } from '../../../src/dns/forward/resolv-conf.ts';

test('the servers of a resolv.conf are in their order', () => {
  const text = `# nameserver 192.0.2.9
search default.svc.cluster.local
nameserver 192.0.2.1
  nameserver\t2001:db8::1
nameserver fe80::1%eth0
nameserver none
options ndots:5`;
  expect(nameserversOf(text)).toEqual(['192.0.2.1', '2001:db8::1']);
  expect(nameserversOf('')).toEqual([]);
});
