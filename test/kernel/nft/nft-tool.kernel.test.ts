import { beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/kernel/nft-messages.ts';
import {
  largeUnavailable,
  type NftNamespace,
  nftNamespace,
  nftUnavailable,
} from '../../support/kernel/nft-namespace.ts';
import { shared } from '../../support/shared.ts';

const methods = ['library', 'command'] as const;
const unavailable = Object.fromEntries(
  await Promise.all(methods.map(async (method) => [method, await nftUnavailable(method)] as const)),
);

const small = await largeUnavailable();

const done: Answer = { value: 0 };
const table =
  'add table ip t\nadd map ip t m { type ipv4_addr . inet_service : ipv4_addr . inet_service; }\n';

describe.each(methods)('nft by the %s', (method) => {
  const borrow = shared(
    () => nftNamespace(method),
    ({ ask }) => ask({ ask: 'apply', commands: 'flush ruleset' }),
  );
  let namespace: NftNamespace;

  beforeEach(async ({ skip }) => {
    skip(unavailable[method] !== undefined, unavailable[method]);
    namespace = await borrow();
  });

  const apply = (commands: string) => namespace.ask({ ask: 'apply', commands });
  const check = (commands: string) => namespace.ask({ ask: 'check', commands });
  const list = (...words: string[]) => namespace.ask({ ask: 'list', words });

  describe('a transaction', () => {
    test('is applied whole', async () => {
      expect(await apply(`${table}add element ip t m { 10.0.0.1 . 80 : 10.1.0.1 . 8080 }\n`)).toEqual(done);
      expect(await list('map', 'ip', 't', 'm')).toEqual({
        lines: [
          'table ip t {',
          '\tmap m {',
          '\t\ttype ipv4_addr . inet_service : ipv4_addr . inet_service',
          '\t\telements = { 10.0.0.1 . 80 : 10.1.0.1 . 8080 }',
          '\t}',
          '}',
        ],
      });
    });

    test.each([
      ['the kernel does not take', `${table}delete element ip t m { 10.0.0.1 . 80 }`],
      ['nft does not understand', `${table}add elemnt`],
    ])('with a last command that %s leaves nothing', async (_, commands) => {
      expect(await apply(commands)).toMatchObject({ failure: 'refused' });
      expect(await list('tables')).toEqual({ lines: [] });
    });

    test('with a NUL is refused whole', async () => {
      const refused = { failure: 'refused', message: expect.stringContaining('NUL') };
      expect(await apply('add table ip t\0able')).toEqual(refused);
      expect(await list('tables')).toEqual({ lines: [] });
    });

    test('without commands is taken', async () => expect(await apply('')).toEqual(done));

    test('waits for those before it, whatever their size and outcome', async ({ skip }) => {
      skip(small !== undefined, small);
      const answers = await Promise.all([
        apply(`${table}${elements(20_000)}`),
        apply('add element ip t m { 192.0.2.1 . 80 : 10.1.0.1 . 80 }'),
        check('delete element ip t m { 192.0.2.1 . 80 }'),
        apply(`${elements(20_000)}add element ip t absent { 192.0.2.1 }`),
        apply('delete element ip t m { 192.0.2.1 . 80 }'),
        apply('delete table ip t'),
        apply('delete table ip t'),
      ]);
      const refused = expect.objectContaining({ failure: 'refused' });
      expect(answers).toEqual([done, done, done, refused, done, done, refused]);
    });

    test('of 20,000 elements leaves the event loop turning', async ({ skip }) => {
      skip(small !== undefined, small);
      const commands = `${table}${elements(20_000)}`;
      const answer = await namespace.ask({ ask: 'turns during apply', commands });
      expect(answer).toEqual({ value: expect.toSatisfy((turns: number) => turns > 20) });
      const { lines } = { lines: [] as readonly string[], ...(await list('map', 'ip', 't', 'm')) };
      expect(lines.join().match(/ \. 80 : /g)).toHaveLength(20_000);
    });
  });

  describe('a check', () => {
    test('takes what the kernel would take, and changes nothing', async () => {
      expect(await check(table)).toEqual(done);
      expect(await list('tables')).toEqual({ lines: [] });
    });

    test('refuses what the kernel would refuse', async () => {
      await apply(table);
      expect(await check('delete element ip t m { 10.0.0.1 . 80 }')).toEqual({
        failure: 'refused',
        message: 'Could not process rule: No such file or directory, at "10.0.0.1 . 80"',
      });
    });

    test('does not make what follows a check', async () => {
      await check(table);
      await apply(table);
      expect(await list('tables')).toEqual({ lines: ['table ip t'] });
    });
  });

  describe('a refusal', () => {
    test('says what the command is and why', async () => {
      expect(await apply('add element ip absent m { 10.0.0.1 }')).toEqual({
        failure: 'refused',
        message: expect.stringMatching(/^No such file or directory.*, at "absent"$/),
      });
    });

    test('names the element among several in a line', async () => {
      await apply(`${table}add element ip t m { 10.0.0.7 . 80 : 192.0.2.1 . 80 }`);
      expect(await apply(elements(20))).toEqual({
        failure: 'refused',
        message: 'Could not process rule: File exists, at "10.0.0.7 . 80"',
      });
    });

    test('of one element among thousands in a line does not repeat the line, or name another', async ({
      skip,
    }) => {
      skip(small !== undefined, small);
      await apply(`${table}add element ip t m { 10.0.20.7 . 80 : 192.0.2.1 . 80 }`);
      const message = 'Could not process rule: File exists';
      expect(await apply(elements(10_000))).toEqual({ failure: 'refused', message });
    });

    test('of thousands of elements stays short', async ({ skip }) => {
      skip(small !== undefined, small);
      await apply(`${table}add map ip t v { type ipv4_addr . inet_service : verdict; }`);
      const commands = elements(10_000).replace(' m ', ' v ').replaceAll('10.1.0.1 . 80', 'goto absent');
      expect(await apply(commands)).toEqual({
        failure: 'refused',
        message: expect.toSatisfy((message: string) => message.length <= 300),
      });
    });

    test('never points at another line than the one at fault', async () => {
      await apply(table);
      const good = 'add element ip t m { 10.0.0.1 . 80 : 192.0.2.1 . 80 }';
      expect(await apply(`${good}\ndelete element ip t m { 10.0.0.2 . 80 }`)).toEqual({
        failure: 'refused',
        message: expect.not.stringContaining('192.0.2.1'),
      });
    });
  });

  describe('a listing', () => {
    test.each([
      ['table', ['table', 'ip', 'absent']],
      ['map', ['map', 'ip', 't', 'absent']],
    ])('of an absent %s says so', async (_, words) => {
      await apply(table);
      expect(await list(...words)).toEqual({
        failure: 'absent',
        message: expect.stringContaining('No such file or directory'),
      });
    });

    test('of something that nft does not list fails in its own words', async () => {
      expect(await list('moons')).toMatchObject({
        failure: 'unknown',
        message: expect.stringContaining('syntax error'),
      });
    });

    test('is whole although the file system is full that it would be written to', async () => {
      const full = 'mount -t tmpfs -o size=16k none /mnt && RUNTIME_DIRECTORY=/mnt exec "$@"';
      await using other = nftNamespace(method, ['unshare', '--mount', 'sh', '-c', full, 'sh']);
      await other.ask({ ask: 'apply', commands: `${table}${elements(1_000)}` });
      const { lines } = {
        lines: [] as readonly string[],
        ...(await other.ask({ ask: 'list', words: ['table', 'ip', 't'] })),
      };
      expect(lines.join().match(/ \. 80 : /g)).toHaveLength(1_000);
      expect(lines.at(-1)).toBe('}');
    });

    test('can be left after its first line', async ({ skip }) => {
      skip(small !== undefined, small);
      await apply(`${table}${elements(20_000)}`);
      const words = ['table', 'ip', 't'];
      expect(await namespace.ask({ ask: 'first line', words })).toEqual({ lines: ['table ip t {'] });
    });
  });

  test('says that it may not, where it has no capability', async () => {
    await using powerless = nftNamespace(method, ['setpriv', '--bounding-set=-all', '--inh-caps=-all']);
    const refused = { failure: 'permission', message: expect.stringContaining('CAP_NET_ADMIN') };
    expect(await powerless.ask({ ask: 'apply', commands: table })).toEqual(refused);
    expect(await powerless.ask({ ask: 'list', words: ['tables'] })).toEqual(refused);
  });
});

/** One command of so many elements. */
function elements(count: number): string {
  const each = Array.from({ length: count }, (_, at) => `10.0.${at >> 8}.${at & 255} . 80 : 10.1.0.1 . 80`);
  return `add element ip t m { ${each.join(', ')} }\n`;
}
