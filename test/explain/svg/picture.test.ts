import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { explanationSvg } from '../../../src/explain/svg/picture.ts';
import type { Branch, Step } from '../../../src/trace/trace.ts';
import { end, explained, forkTo, ruleStep, traceOf } from '../../support/explain/traces.ts';

const hook: Step = { kind: 'hook', hook: 'prerouting' };

function picture(path: readonly Step[], more: Partial<Explanation> = {}): string {
  return explanationSvg({ ...explained(traceOf(path)), ...more });
}

/** The names of opened elements that are not closed again. */
function unclosed(svg: string): readonly string[] {
  const open: string[] = [];
  for (const [, close, name = '', self] of svg.matchAll(/<(\/?)([a-zA-Z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (self === '/') continue;
    if (close !== '/') open.push(name);
    else if (open.pop() !== name) return [name];
  }
  return open;
}

function boxes(
  svg: string,
): readonly { readonly x: number; readonly y: number; readonly right: number; readonly bottom: number }[] {
  const found = svg.matchAll(
    /<rect class="box[^"]*" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
  );
  return Array.from(found, (match) => {
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(1).map(Number);
    return { x, y, right: x + width, bottom: y + height };
  });
}

describe('the picture', () => {
  test('is well formed and stands by itself', () => {
    const svg = picture([hook, ruleStep({ rule: '-A X -j Y' }), forkTo(['10.244.0.1:80', '10.244.0.2:80'])]);
    expect(unclosed(svg)).toEqual([]);
    expect(svg).not.toMatch(/<script|href|url\((?!#)|@import|<image|<foreignObject/);
    expect(svg.match(/https?:\/\/[^"\s]+/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  test('has the colours of both light and dark', () => {
    expect(picture([end('untouched')])).toContain('@media (prefers-color-scheme: dark)');
  });

  test('has nothing in it that a rule wrote as markup', () => {
    const evil = '"><script>alert(1)</script>&<b a=\'';
    const svg = picture([ruleStep({ rule: evil, chain: evil, comment: evil }), end('drop')], {
      summary: evil,
      client: evil,
    });
    expect(svg).not.toContain('<script');
    expect(unclosed(svg)).toEqual([]);
  });

  test('draws no box over another, and none outside', () => {
    const choice = (prefix: string): Step => ({
      kind: 'fork',
      branches: ['a', 'b', 'c'].map((name): Branch => {
        const step = ruleStep({
          chain: prefix + name,
          rule: `-A ${prefix}${name} ${'-m something long '.repeat(9)}`,
        });
        const onward = prefix.length < 2 ? choice(prefix + name) : end('accept', `${prefix}${name}:80`);
        return { share: undefined, condition: `if ${name}`, path: [step, onward] };
      }),
    });
    const svg = picture([hook, choice('')]);
    const [, width = 0, height = 0] = (/ width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number);
    const all = boxes(svg);
    expect(all.length).toBeGreaterThan(27);
    for (const [index, one] of all.entries()) {
      expect(one.right <= width && one.bottom <= height).toBe(true);
      for (const other of all.slice(index + 1)) {
        const apart =
          one.right <= other.x || other.right <= one.x || one.bottom <= other.y || other.bottom <= one.y;
        expect(apart, JSON.stringify([one, other])).toBe(true);
      }
    }
  });

  test('of hundreds of endpoints is as small as that of a few', () => {
    const endpoints = Array.from({ length: 500 }, (_, index) => `10.244.${index >> 8}.${index & 255}:80`);
    const shares = endpoints.map((endpoint) => ({
      endpoint,
      percent: 0.2,
      masquerade: false,
      backend: undefined,
    }));
    const svg = picture([hook, forkTo(endpoints)], { endpoints: shares });
    expect(svg.length).toBeLessThan(10_000);
    expect(svg).toContain('and 493 more');
  });
});
