import { execa } from 'execa';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/net/address.ts';
import type { Cidr } from '../../../src/net/cidr.ts';
import { mergedRanges } from '../../../src/nftables/content/address-ranges.ts';
import { oneOf } from '../../../src/nftables/content/listed-form.ts';
import { address, cidr } from '../../support/records.ts';

describe.each(['ip', 'ip6'] as const)('nft itself (%s)', (ip) => {
  const lists = fc.sample(
    fc.array(ip === 'ip' ? anyNetwork(32, '10.0.0.0') : anyNetwork(128, 'fd00::'), {
      minLength: 1,
      maxLength: 8,
    }),
    { numRuns: 60, seed: 7 },
  );

  beforeEach(async ({ skip }) => {
    const { exitCode, stderr } = await execa('unshare', ['--net', 'nft', 'list', 'tables'], {
      reject: false,
    });
    skip(exitCode !== 0, `no nft in a network namespace (${stderr})`);
  });

  test('lists the addresses and networks of a set so, in whatever order they come', async () => {
    const rules = lists.map((networks) => `${ip} saddr { ${networks.join(', ')} }`);
    const listed = await listedRules(ip, rules);
    // Where it is given one, it takes the braces away; where it makes one of several, they stay.
    expect(listed.map((text) => text.replace(/[{}] ?/g, '').trim())).toEqual(
      lists.map((networks) => `${ip} saddr ${mergedRanges(networks).join(', ')}`),
    );
  });

  test('lists a match as it was written', async () => {
    const rules = lists.map((networks) => `${ip} saddr ${oneOf(networks)}`);
    expect(await listedRules(ip, rules)).toEqual(rules);
  });
});

/** Networks of all lengths, which lie close enough to each other to touch, overlap and hold each other. */
function anyNetwork(bits: 32 | 128, base: string): fc.Arbitrary<Cidr | Address> {
  return fc
    .record({
      host: fc.nat({ max: 63 }),
      length: fc.integer({ min: bits - 4, max: bits }),
      bare: fc.boolean(),
    })
    .map(({ host, length, bare }) => {
      const bytes = ipaddr.parse(base).toByteArray();
      const text = ipaddr.fromByteArray([...bytes.slice(0, -1), host]).toString();
      return bare && length === bits ? address(text) : cidr(`${text}/${length}`);
    });
}

/** The rules of one chain as nft lists them in a network namespace of their own. */
async function listedRules(ip: string, rules: readonly string[]): Promise<readonly string[]> {
  const input = [
    `add table ${ip} t`,
    `add chain ${ip} t c`,
    ...rules.map((one) => `add rule ${ip} t c ${one}`),
  ];
  const script = 'nft -f - && nft list chain "$0" t c';
  const { stdout } = await execa('unshare', ['--net', 'sh', '-c', script, ip], {
    input: `${input.join('\n')}\n`,
  });
  return stdout
    .split('\n')
    .slice(2, -2)
    .map((line) => line.trim());
}
