import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome, Step, Trace } from '../../src/trace/trace.ts';
import { traceText } from '../support/trace/trace-text.ts';

/** Ways that part at what is unknown, and come together again. */

const packet = { from: '10.244.0.9', to: '10.244.1.5:80' };

function save(rules: readonly string[], chains: readonly string[] = []): string {
  const own = chains.map((chain) => `:${chain} - [0:0]`);
  return ['*filter', ':FORWARD ACCEPT [0:0]', ...own, ...rules, 'COMMIT', ''].join('\n');
}

/** A text for each of the numbers from 1 on. */
function times(count: number, text: (number: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, index) => text(index + 1));
}

/** How many steps there are, each counted once however many branches lead to it. */
function countSteps({ path }: Trace): number {
  const met = new Set<Step>();
  const work = [...path];
  for (let step = work.pop(); step !== undefined; step = work.pop()) {
    if (met.has(step)) continue;
    met.add(step);
    if (step.kind === 'fork') for (const branch of step.branches) work.push(...branch.path);
  }
  return met.size;
}

describe('rules that each may match or not', () => {
  test('and that accept are one fork with a branch for each, and one for none of them', () => {
    const rules = times(500, (number) => `-A FORWARD -m set --match-set ns-${number} dst -j ACCEPT`);
    const trace = traceText(save([...rules, '-A FORWARD -j DROP']), packet);
    const fork = trace.path.at(-1);
    const branches = fork?.kind === 'fork' ? fork.branches : [];
    expect(branches.map(({ question, answer }) => [question, answer])).toEqual([
      ...times(500, (number) => `-m set --match-set ns-${number} dst`).map((question) => [question, true]),
      [undefined, undefined],
    ]);
    expect(trace).toMatchObject({ verdict: 'unknown', unknowns: { length: 500 } });
  });

  test('two of them stay one in the other', () => {
    const rules = times(2, (number) => `-A FORWARD -m set --match-set ns-${number} dst -j ACCEPT`);
    const fork = traceText(save([...rules, '-A FORWARD -j DROP']), packet).path.at(-1);
    const [taken, other] = fork?.kind === 'fork' ? fork.branches : [];
    expect(taken).toMatchObject({ question: '-m set --match-set ns-1 dst', answer: true });
    expect(other).toMatchObject({ answer: false, path: [{ kind: 'fork', branches: [{}, {}] }] });
  });

  test('questions that make no difference are apart from those that do', () => {
    const rules = [
      ...times(3, (number) => `-A FORWARD -m set --match-set ns-${number} dst -j ACCEPT`),
      ...times(3, (number) => `-A FORWARD -m set --match-set other-${number} dst -j DROP`),
      '-A FORWARD -j DROP',
    ];
    const trace = traceText(save(rules), packet);
    const fork = trace.path.at(-1);
    const rest = fork?.kind === 'fork' ? fork.branches.at(-1)?.path : undefined;
    expect(rest).toMatchObject([{ kind: 'fork', branches: { length: 4 } }]);
    expect(trace.unknowns).toHaveLength(3);
  });

  test('and that lead to nothing are no question at all', () => {
    const rules = times(200, (number) => `-A FORWARD -m set --match-set ns-${number} dst -j EMPTY`);
    const trace = traceText(save([...rules, '-A FORWARD -j DROP'], ['EMPTY']), packet);
    expect(trace).toMatchObject({ verdict: 'drop', unknowns: [] });
    expect(countSteps(trace)).toBeLessThan(10);
  });

  test('and that chance decides about, with nothing done, are no choice at all', () => {
    const rules = times(200, () => '-A FORWARD -m statistic --mode random --probability 0.5 -j EMPTY');
    const trace = traceText(save([...rules, '-A FORWARD -j DROP'], ['EMPTY']), packet);
    expect(trace.verdict).toBe('drop');
    expect(countSteps(trace)).toBeLessThan(10);
  });

  test.each([10, 200])('%d that mark and are unmarked, one after another, are as many steps', (count) => {
    const rules = times(
      count,
      (number) => `-A FORWARD -m set --match-set ns-${number} dst -j MARK --set-mark 1`,
    );
    const unmarked = rules.flatMap((rule) => [rule, '-A FORWARD -j MARK --set-mark 0']);
    const trace = traceText(save(unmarked), packet);
    expect(trace.verdict).toBe('untouched');
    expect(countSteps(trace)).toBeLessThan(10 * count);
  });

  test('policies after one another, each with many peers, cost the sum of them', () => {
    const policies = times(20, (policy) => `POLICY-${policy}`);
    const rules = policies.flatMap((chain) => [
      `-A FORWARD -j ${chain}`,
      ...times(20, (peer) => `-A ${chain} -m set --match-set ${chain}-${peer} dst -j RETURN`),
      `-A ${chain} -j DROP`,
    ]);
    const trace = traceText(save(rules, policies), packet);
    expect(trace.verdict).toBe('unknown');
    expect(trace.unknowns).toHaveLength(400);
    expect(countSteps(trace)).toBeLessThan(2_000);
  });
});

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
