import { expect, test } from 'vitest';
import { CounterAnswers } from '../../../../src/kernel/netlink/nf-tables/counters/counter-answers.ts';
import { RequestForm } from '../../../../src/kernel/netlink/nf-tables/counters/element-requests.ts';
import { readDeclaration } from '../../../../src/kernel/netlink/nf-tables/declared-set.ts';
import { writeParts } from '../../../../src/kernel/netlink/nf-tables/write/write-parts.ts';
import { nftablesSkeleton } from '../../../../src/kernel/rule-files.ts';
import type { DispatchSet, FixedSet, SlotMap } from '../../../../src/nftables/names.ts';
import type { Key } from '../../../../src/nftables/table/table.ts';
import { tableTitle } from '../../../../src/nftables/table/table-title.ts';
import type { CounterQuestion } from '../../../../src/nftables/table-counters.ts';
import { ElementSocket, type FakeElement } from '../../../support/kernel/element-socket.ts';

const title = tableTitle(nftablesSkeleton(), 'IPv4');
const [services, slots] = [form('services'), form('service-endpoints-tcp')];

function form(set: FixedSet): RequestForm {
  const declaration = title.declaration(set);
  if (declaration === undefined) throw new Error(`no ${set} in the skeleton`);
  return new RequestForm(title, readDeclaration(declaration, 'ip'));
}

/** A kernel with a Service for each number, each with so many slots that have counted 10 and their number. */
function kernel(count: number, size: number, fails?: ElementSocket['fails']): ElementSocket {
  const elements = new Map<string, FakeElement>();
  const put = (of: RequestForm, key: string, element: FakeElement) => {
    const bytes = Buffer.alloc(12);
    writeParts(key, of.declared.key, bytes, 0);
    elements.set(`${of.declared.name} ${bytes.toString('hex')}`, element);
  };
  for (let index = 0; index < count; index += 1) {
    put(services, `${ip(index)} . tcp . 80`, { packets: 7 });
    for (let slot = 0; slot < size; slot += 1)
      put(slots, `${ip(index)} . 80 . ${slot}`, { packets: 10 + slot, data });
  }
  return new ElementSocket(elements, fails);
}

const data = Buffer.from('0af4000501bb0000', 'hex');

function ip(index: number): string {
  return `10.96.${index >> 8}.${index & 255}`;
}

/** What a question has heard, in words. */
function asking(
  of: { readonly set: DispatchSet } | { readonly set: SlotMap; readonly size: number },
  key: string,
) {
  const heard: string[] = [];
  const missing = (slot?: number) => void heard.push(`no ${slot ?? 'element'}`);
  const question: CounterQuestion =
    'size' in of
      ? {
          of: 'slots',
          set: of.set,
          size: of.size,
          key: key as Key,
          missing,
          found: (slot, packets, { data }) => void heard.push(`${slot}: ${packets} to ${data}`),
        }
      : {
          of: 'element',
          set: of.set,
          key: key as Key,
          missing: () => missing(),
          found: (packets) => void heard.push(`${packets}`),
        };
  return { heard, question };
}

function answer(
  socket: ElementSocket,
  questions: Iterable<CounterQuestion>,
  forms = [services, slots],
): number {
  const known = new Map(forms.map((one) => [one.declared.name as FixedSet, one]));
  return [...new CounterAnswers(socket, title, known).answer(questions)].length;
}

const element = (index: number) => asking({ set: 'services' }, `${ip(index)} . tcp . 80`);
const slotsOf = (index: number, size: number) =>
  asking({ set: 'service-endpoints-tcp', size }, `${ip(index)} . 80`);

test('an element has what its counter says', () => {
  const [there, absent] = [element(1), element(2)];
  answer(kernel(2, 0), [there.question, absent.question]);
  expect([there.heard, absent.heard]).toEqual([['7'], ['no element']]);
});

test('an element is asked for otherwise only where another is missing, and else counts as missing', () => {
  const socket = kernel(4, 0);
  const [there, absent] = [element(0), element(7)];
  const [unasked, asked] = [element(1), element(2)];
  answer(socket, [
    { ...there.question, otherwise: unasked.question } as CounterQuestion,
    { ...absent.question, otherwise: asked.question } as CounterQuestion,
  ]);
  expect([unasked.heard, asked.heard]).toEqual([['no element'], ['7']]);
  expect(socket.requests).toBe(3);
});

test.each([
  {
    name: 'as many as planned',
    size: 2,
    heard: ['0: 10 to 10.244.0.5 . 443', '1: 11 to 10.244.0.5 . 443', 'no 2'],
  },
  {
    name: 'more than planned',
    size: 1,
    heard: ['0: 10 to 10.244.0.5 . 443', '1: 11 to 10.244.0.5 . 443', 'no 2'],
  },
  {
    name: 'fewer than planned',
    size: 3,
    heard: ['0: 10 to 10.244.0.5 . 443', '1: 11 to 10.244.0.5 . 443', 'no 2', 'no 3'],
  },
])('of slots, $name are told', ({ size, heard }) => {
  const { question, heard: told } = slotsOf(0, size);
  answer(kernel(1, 2), [question]);
  expect(told).toEqual(heard);
});

test('hundreds of slots that nobody expects are told', () => {
  const { question, heard } = slotsOf(3, 0);
  answer(kernel(4, 300), [question]);
  expect(heard).toHaveLength(301);
});

test('a map of another form has nothing, and is not asked', () => {
  const socket = kernel(1, 2);
  const { question, heard } = slotsOf(0, 2);
  answer(socket, [question], [services]);
  expect({ heard, requests: socket.requests }).toEqual({ heard: ['no 0', 'no 1', 'no 2'], requests: 0 });
});

test('of one Service among thousands, only its own elements are asked for', () => {
  const socket = kernel(2_000, 10);
  answer(socket, [element(77).question, slotsOf(77, 10).question]);
  expect(socket).toMatchObject({ requests: 12, sendings: 1 });
  expect(socket.bytes).toBeLessThan(2_000);
});

test('of all Services each element is asked for once, many at once, with pauses in between', () => {
  const socket = kernel(1_000, 10);
  const asked = Array.from({ length: 1_000 }, (_, index) => [element(index), slotsOf(index, 10)]).flat();
  const pauses = answer(
    socket,
    asked.map(({ question }) => question),
  );
  expect(socket).toMatchObject({ requests: 12_000, sendings: 375 });
  expect(pauses).toBeGreaterThan(40);
  expect(asked.every(({ heard }) => heard.length === 1 || heard.length === 11)).toBe(true);
});

test.each([
  { name: 'may not be read', errno: 1, failure: 'permission' },
  { name: 'cannot be read for the moment', errno: 12, failure: 'unable' },
])('an element that $name ends the reading', ({ errno, failure }) => {
  const [first, second] = [element(0), element(1)];
  const reading = () => answer(kernel(2, 0, { request: 2, errno }), [first.question, second.question]);
  expect(reading).toThrow(expect.objectContaining({ failure }));
  expect([first.heard, second.heard]).toEqual([['7'], []]);
});

test('a kernel that does not answer ends the reading', () => {
  const socket = kernel(1, 0);
  socket.receiveNow = () => undefined;
  expect(() => answer(socket, [element(0).question])).toThrow(expect.objectContaining({ failure: 'unable' }));
});
