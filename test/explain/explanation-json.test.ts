import { describe, expect, test } from 'vitest';
import { explanationJson } from '../../src/explain/explanation-json.ts';
import { readDocument } from '../support/docs/documents.ts';
import { end, explained, forkTo, ruleStep, traceOf } from '../support/explain/traces.ts';

const endpoints = ['10.244.0.1:80', '10.244.0.2:80', '10.244.0.3:80'];
const trace = traceOf(
  [
    { kind: 'hook', hook: 'prerouting' },
    ruleStep({ effect: { kind: 'mark', mark: 0x4000n, field: 'mark' } }),
    forkTo(endpoints),
  ],
  {
    verdict: 'dnat',
    endpoints: endpoints.map((endpoint) => ({ endpoint, share: 1 / 3, masquerade: false })),
  },
);

function printed(from = trace): Record<string, unknown> {
  return JSON.parse(JSON.stringify(explanationJson(explained(from, { everyRule: true }))));
}

describe('the JSON', () => {
  test('has the answer as design and documentation have it', () => {
    expect(printed()).toMatchObject({
      verdict: 'dnat',
      endpoints,
      masquerade: false,
      shares: endpoints.map((endpoint, index) => ({
        endpoint,
        percent: index === 0 ? 33.4 : 33.3,
        masquerade: false,
      })),
    });
  });

  test('writes marks as rules do', () => {
    expect(printed()).toMatchObject({ path: [{}, { effect: { kind: 'mark', mark: '0x4000' } }, {}] });
  });

  test('gives each branch of a fork its part', () => {
    const branches = [{ percent: 33.4 }, { percent: 33.3 }, { percent: 33.3 }];
    expect(printed()).toMatchObject({ path: [{}, {}, { kind: 'fork', branches }] });
  });

  test('says null of what is not known', () => {
    expect(printed(traceOf([end('untouched')]))).toMatchObject({
      service: null,
      packet: { sourcePort: null, inputInterface: null, client: null },
    });
  });

  test('has every field described', () => {
    const text = readDocument('docs/explain.md');
    expect(fieldsOf(printed()).filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
  });
});

/** The names of all fields, at any depth. */
function fieldsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(fieldsOf))];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.entries(value).flatMap(([name, inside]) => [name, ...fieldsOf(inside)]))];
}
