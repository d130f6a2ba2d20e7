import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInterfaceName, parseInterfaceNamePrefix } from '../../src/config/interface-name.ts';

test('nothing that is accepted can leave its word in a rule', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 16 }), (text) => {
      for (const name of [parseInterfaceName(text), parseInterfaceNamePrefix(text)]) {
        if (name !== undefined) expect(name).toMatch(/^[\w.@][\w.@-]*$/);
      }
    }),
  );
});
