import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { explanationLines } from '../../../src/explain/text/explanation-lines.ts';
import type { TracedEndpoint } from '../../../src/trace/trace.ts';
import { end, explained, forkTo, ruleStep, traceOf } from '../../support/explain/traces.ts';

const plain = { colors: pc.createColors(false), all: false };

function textOf(explanation: Explanation, all = false): string {
  return explanationLines(explanation, { ...plain, all }).join('\n');
}

function crowd(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `10.244.${index >> 8}.${index & 255}:8080`);
}

function toCrowd(count: number): Explanation {
  const endpoints = crowd(count).map(
    (endpoint): TracedEndpoint => ({ endpoint, share: 1 / count, masquerade: false }),
  );
  return explained(
    traceOf([{ kind: 'hook', hook: 'prerouting' }, forkTo(crowd(count))], { verdict: 'dnat', endpoints }),
  );
}

describe('the text', () => {
  test('has the answer in its first lines', () => {
    const lines = textOf(toCrowd(3)).split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'TCP from 10.244.1.5 to 10.96.20.10:80',
      '',
      'verdict    dnat: goes to one of 3 endpoints',
      'endpoints   33.4 %  10.244.0.0:8080',
      '            33.3 %  10.244.0.1:8080',
      '            33.3 %  10.244.0.2:8080',
      'sender     not masqueraded: the other side sees 10.244.1.5',
    ]);
  });

  test('tells of a hundred endpoints once', () => {
    const text = textOf(toCrowd(100));
    expect(text).toContain('and 95 more (--all shows them)');
    expect(text).toContain(
      'one of 100 endpoints at random, 1.0 % each; shown for 10.244.0.0:8080, the rest likewise',
    );
    expect(text.match(/translated: to/g)).toHaveLength(1);
  });

  test('tells of each endpoint where all is asked for', () => {
    const text = textOf(toCrowd(100), true);
    expect(text).not.toContain('more (--all');
    expect(text.match(/translated: to/g)).toHaveLength(100);
  });

  test('leaves out hooks where nothing happened', () => {
    const path = [
      { kind: 'hook', hook: 'prerouting' },
      { kind: 'hook', hook: 'forward' },
      end('untouched'),
    ] as const;
    expect(textOf(explained(traceOf(path)))).not.toMatch(/PREROUTING|FORWARD/);
  });

  test('follows one branch only where the unknown makes no difference', () => {
    const branch = (answer: boolean, chain: string) => ({
      share: undefined,
      condition: `if it ${answer ? 'holds' : 'does not hold'}: -m x (unknown from here)`,
      question: '-m x',
      answer,
      path: [ruleStep({ chain, rule: `-A ${chain} -j ACCEPT` }), end('accept')],
    });
    const fork = { kind: 'fork', branches: [branch(true, 'ONE'), branch(false, 'OTHER')] } as const;
    const text = textOf(explained(traceOf([fork], { verdict: 'accept' })));
    expect(text).toContain('makes no difference, unknown from here: -m x');
    expect(text).not.toContain('ONE');
    expect(text).toContain('OTHER');
  });

  test('names the unknown and follows each branch where it makes a difference', () => {
    const branch = (answer: boolean, verdict: 'accept' | 'drop') => ({
      share: undefined,
      condition: 'if it leaves by eth1 (unknown from here)',
      question: 'it leaves by eth1',
      answer,
      path: [ruleStep({ rule: '-A FORWARD -o eth1 -j DROP', effect: { kind: verdict } }), end(verdict)],
    });
    const fork = { kind: 'fork', branches: [branch(true, 'drop'), branch(false, 'accept')] } as const;
    const text = textOf(explained(traceOf([fork], { verdict: 'unknown', unknowns: ['it leaves by eth1'] })));
    expect(text).toContain('unknown    whether it leaves by eth1');
    expect(text).toContain('unknown from here: whether it leaves by eth1');
    expect(text).toMatch(/if so.*=> drop.*if not.*=> accept/s);
  });

  test('has nothing in it that a terminal would obey', () => {
    const rule = '-A INPUT -m comment --comment "\u001b[2J\u202e" -j \u001b]0;title\u0007';
    const step = ruleStep({ chain: 'IN\u001b[31mPUT', rule, comment: '\u001b[2J' });
    const lines = explanationLines(explained(traceOf([step, end('accept')])), {
      ...plain,
      colors: pc.createColors(true),
    });
    const withoutColors = stripVTControlCharacters(lines.join('\n'));
    expect(withoutColors).not.toMatch(/[\p{C}--\n]/v);
    expect(withoutColors).toContain('\\u{1b}');
  });
});
