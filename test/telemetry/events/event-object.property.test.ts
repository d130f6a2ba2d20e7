import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventObject } from '../../../src/telemetry/events/event-object.ts';
import { serviceEvent } from '../../support/telemetry/event-examples.ts';

test('the note of an event has at most 1024 bytes, cut between two characters', () => {
  const once = { count: 1, firstAt: 0, lastAt: 0 };
  const note = fc.string({ unit: 'grapheme', minLength: 400, maxLength: 1_200 });
  fc.assert(
    fc.property(note, (text) => {
      const cut = eventObject(serviceEvent({ note: text }), 'x.00', 'node-1', once).note;
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024);
      if (Buffer.byteLength(text) <= 1024) expect(cut).toBe(text);
      else expect([cut.at(-1), text.startsWith(cut.slice(0, -1))]).toEqual(['…', true]);
    }),
  );
});
