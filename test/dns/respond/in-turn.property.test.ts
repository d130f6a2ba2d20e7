import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inTurn } from '../../../src/dns/respond/in-turn.ts';
import type { Address } from '../../../src/net/address.ts';
import { domainName, rootName } from '../../../src/net/dns/domain-name.ts';
import type { ResourceRecord } from '../../../src/net/dns/resource-record.ts';

const alias: ResourceRecord = { name: rootName, ttl: 0, type: 'CNAME', target: domainName('a') };
const numbered = (number: number): ResourceRecord => ({
  name: rootName,
  ttl: 0,
  type: 'A',
  address: `10.0.0.${number}` as Address,
});

test('all answers stay, aliases first, and over the turns each address is the first as often as any other', () => {
  fc.assert(
    fc.property(fc.nat(3), fc.nat(9), fc.nat(0xffff), (aliases, addresses, start) => {
      const answers = [
        ...Array.from({ length: aliases }, () => alias),
        ...Array.from({ length: addresses }, (_, number) => numbered(number)),
      ];
      const firsts = new Set<ResourceRecord | undefined>();
      for (let turn = start; turn < start + addresses; turn += 1) {
        const turned = inTurn(answers, turn);
        expect(turned.slice(0, aliases)).toEqual(answers.slice(0, aliases));
        expect(new Set(turned)).toEqual(new Set(answers));
        expect(turned).toHaveLength(answers.length);
        firsts.add(turned[aliases]);
      }
      expect(firsts.size).toBe(addresses);
    }),
  );
});
