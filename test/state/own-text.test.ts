import { describe, expect, test } from 'vitest';
import { nameRules } from '../../src/state/object-names.ts';
import { ownText, sharedName } from '../../src/state/own-text.ts';

test.each(['', 'a', '10.244.0.1', '2001:db8::1:2:3:4', 'ü'.repeat(20)])(
  '%j is the same as its own text',
  (text) => {
    expect(ownText(`before ${text} behind`.slice(7, 7 + text.length))).toBe(text);
  },
);

describe('a name', () => {
  test('is shared where the rule allows it', () => {
    expect([sharedName('node-1', nameRules.subdomain), sharedName('node-1', nameRules.subdomain)]).toEqual([
      'node-1',
      'node-1',
    ]);
  });

  test('that one rule allows is not known to another', () => {
    expect(sharedName('node.1', nameRules.subdomain)).toBe('node.1');
    expect(sharedName('node.1', nameRules.label)).toBeUndefined();
    expect(sharedName('Node 1', nameRules.subdomain)).toBeUndefined();
  });
});
