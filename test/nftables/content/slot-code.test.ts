import { expect, test } from 'vitest';
import { writeParts } from '../../../src/kernel/netlink/nf-tables/write/write-parts.ts';
import { codeOfData, slotCode } from '../../../src/nftables/content/slot-code.ts';
import { slotData } from '../../../src/nftables/content/slots.ts';
import { address } from '../../support/records.ts';

const endpoints = ['10.244.0.1', '10.244.0.2', '10.244.1.0', 'fd00:10:244::1', 'fd00:10:244::1:1'].flatMap(
  (text) => [80, 8080, 65_535].map((port) => ({ address: address(text), port })),
);

test('endpoints have different codes', () => {
  expect(new Set(endpoints.map(slotCode)).size).toBe(endpoints.length);
});

test.each(endpoints)('$address $port has the code of what the kernel has in a slot', (endpoint) => {
  const bytes = Buffer.alloc(32, 0xee);
  const isIPv4 = !endpoint.address.includes(':');
  writeParts(slotData(endpoint), [isIPv4 ? 'ipv4_addr' : 'ipv6_addr', 'inet_service'], bytes, 4);
  expect(codeOfData(bytes, 4, 4 + (isIPv4 ? 8 : 20))).toBe(slotCode(endpoint));
});
