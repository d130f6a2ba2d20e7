import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/explain/explanation.ts';
import { explanationJson } from '../../src/explain/explanation-json.ts';
import { explanationSvg } from '../../src/explain/svg/picture.ts';
import { explanationLines } from '../../src/explain/text/explanation-lines.ts';
import { explained } from '../support/explain/traces.ts';
import { traceText } from '../support/trace/trace-text.ts';

/** What is said of rules that fork often is as long as there are rules. */

function explainedSave(rules: readonly string[], chains: readonly string[]): Explanation {
  const own = chains.map((chain) => `:${chain} - [0:0]`);
  const save = ['*filter', ':FORWARD ACCEPT [0:0]', ...own, ...rules, 'COMMIT', ''].join('\n');
  return explained(traceText(save, { from: '10.244.0.9', to: '10.244.1.5:80' }));
}

/** Namespaces that a network policy lets in by an ipset each. */
function lettingIn(count: number): Explanation {
  const sets = Array.from(
    { length: count },
    (_, at) => `-A POLICY -m set --match-set ns-${at} dst -j ACCEPT`,
  );
  return explainedSave(['-A FORWARD -j POLICY', '-A FORWARD -j DROP', ...sets], ['POLICY']);
}

/** Policies after one another, each of which lets in some peers. */
function policies(count: number): Explanation {
  const names = Array.from({ length: count }, (_, at) => `POLICY-${at}`);
  const rules = names.flatMap((name) => [
    `-A FORWARD -j ${name}`,
    ...[1, 2, 3].map((peer) => `-A ${name} -m set --match-set ${name}-${peer} dst -j RETURN`),
    `-A ${name} -j DROP`,
  ]);
  return explainedSave(rules, names);
}

const forms: readonly [string, (explanation: Explanation) => string][] = [
  ['text', (explanation) => linesOf(explanation, false)],
  ['text with all branches', (explanation) => linesOf(explanation, true)],
  ['JSON', (explanation) => JSON.stringify(explanationJson(explanation))],
  ['picture', explanationSvg],
];

function linesOf(explanation: Explanation, all: boolean): string {
  return explanationLines(explanation, { colors: pc.createColors(false), all }).join('\n');
}

describe('hundreds of questions in turn', () => {
  test.each(forms)('are told in proportion: %s', (_, form) => {
    const [some, many] = [form(lettingIn(100)), form(lettingIn(500))];
    expect(many.length).toBeLessThan(6 * some.length);
  });

  test('have a branch each in the text, with the condition as its heading', () => {
    const text = linesOf(lettingIn(25), false);
    expect(text).toContain('unknown from here: which of these 25 is so first');
    expect(text).toContain('+- if it holds: -m set --match-set ns-24 dst');
    expect(text).toContain('+- if none of these is so');
    expect(text.match(/=> accept/g)).toHaveLength(25);
    expect(text.match(/=> drop/g)).toHaveLength(1);
  });

  test('that make no difference are one line', () => {
    const sets = [1, 2, 3, 4].map((set) => `-A FORWARD -m set --match-set ns-${set} dst -j DROP`);
    const text = linesOf(explainedSave([...sets, '-A FORWARD -j DROP'], []), false);
    expect(text).toContain('makes no difference, unknown from here: -m set --match-set ns-1 dst, and 3 more');
    expect(text.match(/unknown from here/g)).toHaveLength(1);
  });
});

describe('branches that come together again', () => {
  test.each(forms)('are told in proportion: %s', (_, form) => {
    const [some, more] = [form(policies(4)), form(policies(8))];
    expect(more.length).toBeLessThan(6 * some.length);
  });

  test('lead to what the text shows above', () => {
    const text = linesOf(policies(2), false);
    expect(text.match(/which of these 3 is so first$/gm)).toHaveLength(2);
    expect(
      text.match(
        /which of these 3 is so first \(-m set --match-set POLICY-1-1 dst, …\): goes on as shown above$/gm,
      ),
    ).toHaveLength(2);
  });

  test('lead to a fork that the JSON has once, by its number', () => {
    const forks: Record<string, unknown>[] = [];
    JSON.stringify(explanationJson(policies(2)), (_, value: unknown) => {
      if (isFork(value)) forks.push(value);
      return value;
    });
    const [whole, ...others] = forks.filter((fork) => 'id' in fork || 'sameAs' in fork);
    expect(whole).toMatchObject({ id: 1 });
    expect(others).not.toHaveLength(0);
    for (const fork of others) expect(fork).toMatchObject({ sameAs: 1, branches: [] });
  });
});

function isFork(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'fork';
}
