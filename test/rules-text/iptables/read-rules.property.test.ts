import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { families } from '../../../src/net/family.ts';
import { readIptablesRule, readIptablesRules } from '../../../src/rules-text/iptables/read-rules.ts';
import { SavedRulesError } from '../../../src/rules-text/rules-text-error.ts';
import { anyRule } from '../../support/trace/iptables/any-rule.ts';

describe('any rule', () => {
  test('printed as iptables-save does reads back as it was', () => {
    fc.assert(
      fc.property(anyRule, ({ text, comment, statements }) => {
        expect(readIptablesRule(text, 'IPv4')).toEqual({ text, comment, statements });
      }),
      { numRuns: 1_000 },
    );
  });

  test('reads the same from a save, with counters or without', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 8 }), fc.boolean(), (rules, counted) => {
        const lines = rules.map(({ text }) => (counted ? `[3:180] ${text}` : text));
        const text = ['*filter', ':CHAIN - [0:0]', ':OTHER - [0:0]', ...lines, 'COMMIT', ''].join('\n');
        const [table] = readIptablesRules(text, { family: 'IPv4' });
        expect(table?.chain('CHAIN')).toEqual(rules);
      }),
    );
  });
});

describe('any text', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...[
        '-A',
        'CHAIN',
        '!',
        '-m',
        '-p',
        'tcp',
        '-s',
        '--dport',
        '"',
        '\\',
        '-j',
        'DNAT',
        '--to-destination',
      ],
      ...[
        'conntrack',
        '--ctstate',
        'NEW',
        'recent',
        '--rcheck',
        'statistic',
        '--mode',
        'MARK',
        '--set-xmark',
      ],
      ...['0x1/0x', '10.0.0.0/8', '[::1]:80', ':80', '-', '--', ',', '[1:2]', '-1', '__proto__', '-i', '+'],
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const line = fc
    .array(fragment, { maxLength: 16 })
    .map((parts) => parts.join(' ').replaceAll(/[\r\n]/g, ' '));

  test('reads as a rule', () => {
    fc.assert(
      fc.property(line, fc.constantFrom(...families), (text, family) => {
        expect(readIptablesRule(text, family).statements).toBeInstanceOf(Array);
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads as a save, or the line is named that is none', () => {
    const saved = fc.oneof(line, fc.constantFrom('*nat', ':A - [0:0]', '-A A -j A', 'COMMIT', '# IPv6', ''));
    fc.assert(
      fc.property(fc.array(saved, { maxLength: 12 }), (lines) => {
        const text = lines.join('\n');
        try {
          for (const table of readIptablesRules(text, { family: 'IPv4' })) table.chain('A');
        } catch (error) {
          expect(error).toBeInstanceOf(SavedRulesError);
          expect(error).toMatchObject({ line: expect.any(Number) });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
