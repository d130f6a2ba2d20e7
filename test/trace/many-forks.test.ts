import { describe, expect, test } from 'vitest';
import type { Step, Trace } from '../../src/trace/trace.ts';
import { traceText } from '../support/trace/trace-text.ts';

/** Paths that part at what is unknown, and come together again. */

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
