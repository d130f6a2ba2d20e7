import { beforeEach, describe, expect, test } from 'vitest';
import { nftablesSkeleton } from '../../../../src/kernel/rule-files.ts';
import type { SetName } from '../../../../src/nftables/names.ts';
import { skeletonTable } from '../../../../src/nftables/table/skeleton-table.ts';
import type { Data, Key, Rule } from '../../../../src/nftables/table/table.ts';
import type { Element, Step, Transaction } from '../../../../src/nftables/table/table-transaction.ts';
import type { Answer } from '../../../support/kernel/nft-messages.ts';
import {
  largeUnavailable,
  type NftNamespace,
  nftNamespace,
  nftUnavailable,
} from '../../../support/kernel/nft-namespace.ts';
import { tableOptions } from '../../../support/nftables/proxy.ts';
import { shared } from '../../../support/shared.ts';
import { until } from '../../../support/until.ts';

const unavailable = await nftUnavailable();
const small = await largeUnavailable();
const done: Answer = { value: 0 };

const { sets } = skeletonTable(nftablesSkeleton(), tableOptions('IPv4'));

/** The table with its maps and sets, and a chain to lead to. */
const table: Transaction = [
  { kind: 'add-table' },
  ...[...sets.values()].map((set): Step => ({ kind: 'add-set', set })),
  { kind: 'add-chain', chain: { name: 'web' as never, hook: undefined } },
];

function add(set: SetName, ...elements: readonly (readonly [key: string, data: string])[]): Step {
  return { kind: 'add-elements', set, elements: elements.map(([key, data]) => [key as Key, data as Data]) };
}

function remove(set: SetName, key: string): Step {
  return { kind: 'delete-elements', set, keys: [key as Key] };
}

/** Slots of so many endpoints. */
function slots(count: number): Step {
  const elements = Array.from({ length: count }, (_, at): Element => {
    const key = `10.96.${at >> 8}.${at & 255} . 80 . 0`;
    return [key as Key, '10.244.0.5 . 8080' as Data];
  });
  return { kind: 'add-elements', set: 'service-endpoints-tcp', elements };
}

describe('nf_tables by netlink', () => {
  const borrow = shared(nftNamespace, ({ ask }) => ask({ ask: 'nft', words: ['flush', 'ruleset'] }));
  let namespace: NftNamespace;

  beforeEach(async ({ skip }) => {
    skip(unavailable !== undefined, unavailable);
    namespace = await borrow();
  });

  const apply = (...transaction: Transaction) => namespace.ask({ ask: 'apply', family: 'IPv4', transaction });
  const check = (...transaction: Transaction) => namespace.ask({ ask: 'check', family: 'IPv4', transaction });
  const nft = (...words: string[]) => namespace.ask({ ask: 'nft', words });
  const elementsOf = async (set: SetName) => {
    const answer = await namespace.ask({ ask: 'read', family: 'IPv4', everything: true });
    if (!('elements' in answer)) throw new Error('a reading has elements');
    return answer.elements.filter((element) => element.set === set).map(({ key, data }) => [key, data]);
  };

  describe('a transaction', () => {
    test('is applied whole', async () => {
      expect(await apply(...table, add('services', ['10.96.0.10 . tcp . 80', 'goto web']))).toEqual(done);
      expect(await nft('list', 'map', 'ip', 'portolan', 'services')).toEqual({
        lines: [
          'table ip portolan {',
          '\tmap services {',
          '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
          '\t\tcounter',
          '\t\telements = { 10.96.0.10 . tcp . 80 counter packets 0 bytes 0 : goto web }',
          '\t}',
          '}',
        ],
      });
    });

    test('with a last step that the kernel does not take leaves nothing', async () => {
      const last = remove('services', '10.96.0.10 . tcp . 80');
      expect(await apply(...table, last)).toMatchObject({ failure: 'refused' });
      expect(await nft('list', 'tables')).toEqual({ lines: [''] });
    });

    test('waits for those before it, whatever their size and outcome', async ({ skip }) => {
      skip(small !== undefined, small);
      const one = add('cluster-ips', ['10.96.0.10', '']);
      const answers = await Promise.all([
        apply(...table, slots(20_000)),
        apply(one),
        apply(slots(20_000), add('services', ['10.96.0.10 . tcp . 80', 'goto absent'])),
        apply(remove('cluster-ips', '10.96.0.10')),
        apply({ kind: 'delete-table' }),
        apply(one),
      ]);
      const refused = expect.objectContaining({ failure: 'refused' });
      expect(answers).toEqual([done, done, refused, done, done, refused]);
    });

    test('of 20,000 elements leaves the event loop turning', async ({ skip }) => {
      skip(small !== undefined, small);
      const transaction = [...table, slots(20_000)];
      // Again where a busy machine gave this process no turn meanwhile; one that waits for the kernel would never have any.
      const turns = () => namespace.ask({ ask: 'turns during apply', family: 'IPv4', transaction });
      await until(turns, (answer) => 'value' in answer && (answer.value ?? 0) > 20);
      expect(await elementsOf('service-endpoints-tcp')).toHaveLength(20_000);
    });

    test('has rules with sets of thousands of elements', async ({ skip }) => {
      skip(small !== undefined, small);
      const sources = Array.from({ length: 3_000 }, (_, at) => `198.${at >> 7}.${2 * (at & 127)}.1`);
      const verdicts = Array.from({ length: 4_000 }, (_, at) => `${at + 1} : goto web`);
      const rules = [
        `ip saddr != { ${sources.join(', ')} } counter packets 0 bytes 0 drop`,
        `jhash ip saddr mod 4001 seed 0x706f7274 vmap { ${verdicts.join(', ')} }`,
      ] as Rule[];
      const chain = { name: 'many' as never, hook: undefined };
      const steps: Transaction = [
        { kind: 'add-chain', chain },
        { kind: 'add-rules', name: chain.name, rules },
      ];
      expect(await apply(...table, ...steps)).toEqual(done);
      const answer = await namespace.ask({ ask: 'read', family: 'IPv4', everything: false });
      expect('schema' in answer && answer.schema?.chains.get(chain.name)?.rules).toEqual(rules);
    });

    test('changes the generation, and a reading does not', async () => {
      const generation = () => namespace.ask({ ask: 'generation', family: 'IPv4' });
      const before = await generation();
      await elementsOf('services');
      expect(await generation()).toEqual(before);
      await apply(...table);
      expect(await generation()).not.toEqual(before);
    });
  });

  describe('the generations since another', () => {
    const generation = async () => {
      const answer = await namespace.ask({ ask: 'generation', family: 'IPv4' });
      if (!('value' in answer) || answer.value === undefined) throw new Error('no generation');
      return answer.value;
    };
    const isOursSince = (since: number) =>
      namespace.ask({ ask: 'is ours since', family: 'IPv4', generation: since });

    test('are ours after transactions of both families at once, refused ones among them', async () => {
      await apply(...table);
      const before = await generation();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) => {
          const chain = { name: `chain-${at}` as never, hook: undefined };
          return [
            namespace.ask({
              ask: 'apply',
              family: 'IPv6',
              transaction: [{ kind: 'add-table' }, { kind: 'add-chain', chain }],
            }),
            apply(add('cluster-ips', [`10.96.0.${at}`, ''])),
            apply(remove('cluster-ips', '192.0.2.1')),
          ];
        }).flat(),
      );
      expect(answers.filter((answer) => 'failure' in answer)).toHaveLength(20);
      expect(await generation()).toBe(before + 40);
      expect(await isOursSince(before)).toEqual({ isOurs: true });
    });

    test('are not all ours where nft has made one, and ours take effect all the same', async () => {
      await apply(...table);
      const before = await generation();
      await nft('add', 'table', 'ip', 'theirs');
      expect(await isOursSince(before)).toEqual({ isOurs: false });
      expect(await apply(slots(3))).toEqual(done);
      expect(await elementsOf('service-endpoints-tcp')).toHaveLength(3);
      expect(await isOursSince(before)).toEqual({ isOurs: false });
      const after = await generation();
      expect(await apply(remove('service-endpoints-tcp', '10.96.0.1 . 80 . 0'))).toEqual(done);
      expect(await isOursSince(after)).toEqual({ isOurs: true });
    });
  });

  describe('a check', () => {
    test('takes what the kernel would take, and changes nothing', async () => {
      expect(await check(...table)).toEqual(done);
      expect(await nft('list', 'tables')).toEqual({ lines: [''] });
    });

    test('refuses what the kernel would refuse', async () => {
      expect(await check(...table, remove('cluster-ips', '10.96.0.10'))).toMatchObject({
        failure: 'refused',
      });
    });

    test('does not make what follows a check', async () => {
      await check(...table);
      await apply(...table);
      expect(await nft('list', 'tables')).toEqual({ lines: ['table ip portolan'] });
    });
  });

  describe('a refusal', () => {
    const elements = Array.from({ length: 3_000 }, (_, at): [string, string] => [
      `10.96.${at >> 8}.${at & 255} . tcp . 80`,
      at === 2_345 ? 'goto absent' : 'goto web',
    ]);

    test.each<[what: string, step: Step, named: string]>([
      [
        'an element among thousands',
        add('services', ...elements),
        'no such file or directory (ENOENT), at element 10.96.9.41 . tcp . 80 of services',
      ],
      [
        'an element that is not there',
        remove('cluster-ips', '10.96.0.10'),
        'no such file or directory (ENOENT), at element 10.96.0.10 of cluster-ips',
      ],
      [
        'an element that is there with other data',
        add('services', ['10.96.0.1 . tcp . 80', 'goto web'], ['10.96.0.1 . tcp . 80', 'drop']),
        'file already exists (EEXIST), at element 10.96.0.1 . tcp . 80 of services',
      ],
      [
        'a rule',
        { kind: 'add-rules', name: 'web' as never, rules: ['accept' as Rule, 'goto absent' as Rule] },
        'no such file or directory (ENOENT), at rule "goto absent" of chain web',
      ],
      [
        'a chain in use',
        { kind: 'delete-chain', name: 'absent' as never },
        'no such file or directory (ENOENT), at chain absent',
      ],
    ])('names %s', async (_, step, message) => {
      await apply(...table);
      expect(await apply(step)).toEqual({ failure: 'refused', message });
    });

    test('of hundreds of parts names the first, and is short', async () => {
      await apply(...table);
      const rules = Array.from({ length: 900 }, () => 'goto absent' as Rule);
      const answer = await apply({ kind: 'add-rules', name: 'web' as never, rules });
      expect(answer).toEqual({
        failure: 'refused',
        message: expect.stringMatching(/^no such .*, at rule "goto absent" of chain web; and \d+ more$/),
      });
      expect(await apply(add('cluster-ips', ['10.96.0.10', '']))).toEqual(done);
    });
  });

  test('says that it may not, where this process has no capability', async () => {
    await using powerless = nftNamespace(['setpriv', '--bounding-set=-all', '--inh-caps=-all']);
    const refused = { failure: 'permission', message: expect.stringContaining('CAP_NET_ADMIN') };
    expect(await powerless.ask({ ask: 'apply', family: 'IPv4', transaction: table })).toEqual(refused);
    expect(await powerless.ask({ ask: 'read', family: 'IPv4', everything: true })).toEqual(refused);
  });

  test('does not take the rules of a table that was made anew for those that had the same handles', async () => {
    const withRule = (rule: string): Transaction => [
      ...table,
      { kind: 'add-rules', name: 'web' as never, rules: [rule as Rule] },
    ];
    const rules = async () => {
      const answer = await namespace.ask({ ask: 'read', family: 'IPv4', everything: false });
      return 'schema' in answer ? answer.schema?.chains.get('web' as never)?.rules : undefined;
    };
    await apply(...withRule('accept'));
    expect(await rules()).toEqual(['accept']);
    await apply({ kind: 'delete-table' });
    await apply(...withRule('drop'));
    expect(await rules()).toEqual(['drop']);
  });

  test('reads no table where there is none', async () => {
    const answer = await namespace.ask({ ask: 'read', family: 'IPv4', everything: true });
    expect(answer).toEqual({ schema: undefined, elements: [] });
  });

  test('keeps no memory of 100,000 transactions, taken and refused', async () => {
    await using other = nftNamespace();
    const answer = await other.ask({ ask: 'growth over transactions', count: 100_000 });
    expect(answer).toEqual({ value: expect.toSatisfy((bytes: number) => bytes < 10e6) });
  });
});
