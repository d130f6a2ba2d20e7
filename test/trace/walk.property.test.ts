import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome, Step } from '../../src/trace/trace.ts';
import { traceText } from '../support/trace/trace-text.ts';

/** Rules that ask what cannot be known: each answer leads where the rules lead that have it written in them. */

const packet = { from: '10.244.0.9', to: '10.244.1.5:80' };

function save(rules: readonly string[], chains: readonly string[] = []): string {
  const own = chains.map((chain) => `:${chain} - [0:0]`);
  return ['*filter', ':FORWARD ACCEPT [0:0]', ...own, ...rules, 'COMMIT', ''].join('\n');
}

describe('under any answers, the trace says what the rules do', () => {
  const sets = ['a', 'b', 'c', 'd'];
  const asked = fc.subarray(sets, { maxLength: 2 });
  const marking = ['MARK --set-xmark 0x1/0xffffffff', 'MARK --set-xmark 0x2/0xffffffff'];
  const targets = fc.constantFrom('ACCEPT', 'DROP', 'RETURN', ...marking, ...marking);
  const marks = fc.constantFrom('', '', '-m mark --mark 0x1/0xffffffff ');
  const rule = (calls: readonly string[]) =>
    fc.record({
      sets: asked,
      mark: marks,
      target: calls.length === 0 ? targets : fc.oneof(targets, fc.constantFrom(...calls)),
    });
  const chains = ['FORWARD', 'ONE', 'TWO', 'THREE'];
  const table = fc
    .tuple(
      ...chains.map((_, at) =>
        fc.array(rule(chains.slice(at + 1).flatMap((chain) => [chain, chain])), { maxLength: 6 }),
      ),
    )
    .map((lists) => lists.flatMap((rules, at) => rules.map((one) => ({ ...one, chain: chains[at] ?? '' }))));

  type Table = typeof table extends fc.Arbitrary<infer Value> ? Value : never;

  /** The rules, or what is left of them where it is known which sets hold the packet. The set `e` is asked last. */
  function textOf(rules: Table, holding?: ReadonlySet<string>): string {
    const lines = rules
      .filter((one) => holding === undefined || one.sets.every((set) => holding.has(set)))
      .map(({ chain, sets: its, mark, target }) => {
        const unknown = holding === undefined ? its.map((set) => `-m set --match-set ${set} dst `) : [];
        return `-A ${chain} ${unknown.join('')}${mark}-j ${target}`;
      });
    const asks = holding === undefined ? '-m set --match-set e dst ' : '';
    const late =
      holding?.has('e') === false ? [] : [`-A POSTROUTING ${asks}-j MARK --set-xmark 0x3/0xffffffff`];
    return (
      save(lines, chains.slice(1)) +
      ['*mangle', ':POSTROUTING ACCEPT [0:0]', ...late, 'COMMIT', ''].join('\n')
    );
  }

  /** What a trace comes to, where it is known which sets hold the packet; calls that came to nothing aside. */
  function follow(path: readonly Step[], holding: ReadonlySet<string>): readonly unknown[] {
    return path.flatMap((step): readonly unknown[] => {
      if (step.kind === 'end') return [step.outcome satisfies Outcome];
      if (step.kind === 'rule' && !('chain' in step.effect) && step.effect.kind !== 'return')
        return [[step.chain, step.effect]];
      if (step.kind !== 'fork') return [];
      const taken = step.branches.find(({ question, answer }) => {
        const set = /--match-set (\w)/.exec(question ?? '')?.[1];
        return set === undefined || holding.has(set) === answer;
      });
      return taken === undefined ? ['no branch'] : follow(taken.path, holding);
    });
  }

  test('for any rules and any sets that hold the packet', () => {
    fc.assert(
      fc.property(table, fc.subarray([...sets, 'e']), (rules, holding) => {
        const held = new Set(holding);
        const known = traceText(textOf(rules, held), packet);
        expect(follow(traceText(textOf(rules), packet).path, held)).toEqual(follow(known.path, held));
      }),
      { numRuns: 2_000 },
    );
  });
});
