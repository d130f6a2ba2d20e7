import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/check.ts';
import { selectChecks } from '../../src/doctor/checks.ts';
import {
  type DoctorCheck,
  type DoctorContext,
  defineCheck,
  requireObjects,
} from '../../src/doctor/doctor-check.ts';
import { examine } from '../../src/doctor/examine.ts';

const ok: Finding = { severity: 'ok', looked: 'it', finding: 'well' };
const context = { nodeName: 'node-0', objects: { notAsked: 'nobody asked' } } as unknown as DoctorContext;
const making = (name: string, findings: readonly Finding[]) =>
  defineCheck({
    check: name,
    title: name.toUpperCase(),
    observe: async () => findings,
    judge: (seen) => seen,
  });

describe('examine', () => {
  test('reports every check in order, each with the worst of its findings', async () => {
    const checks = [
      making('one', [ok, { ...ok, severity: 'warning' }]),
      making('two', [ok]),
      making('three', []),
    ];
    expect(await examine(checks, context)).toEqual({
      worst: 'warning',
      node: 'node-0',
      checks: [
        { check: 'one', title: 'ONE', severity: 'warning', findings: [ok, { ...ok, severity: 'warning' }] },
        { check: 'two', title: 'TWO', severity: 'ok', findings: [ok] },
        { check: 'three', title: 'THREE', severity: 'ok', findings: [] },
      ],
    });
  });

  test('a check that throws is unknown with the reason, and stops no other', async () => {
    const throwing: DoctorCheck = {
      ...making('one', []),
      examine: () => Promise.reject(new Error('no permission')),
    };
    const { worst, checks } = await examine([throwing, making('two', [ok])], context);
    expect(worst).toBe('unknown');
    expect(checks[0]?.findings).toEqual([
      { severity: 'unknown', looked: 'nothing', finding: 'could not be checked: no permission' },
    ]);
    expect(checks[1]?.severity).toBe('ok');
  });

  test('a check that takes too long is unknown, and its signal aborts', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow: DoctorCheck = {
      ...making('slow', []),
      seconds: 0.01,
      examine: (_, signal) => {
        signal.addEventListener('abort', () => resolve());
        return new Promise(() => undefined);
      },
    };
    const { checks } = await examine([slow], context);
    expect(checks[0]?.findings[0]?.finding).toBe('could not be checked: it took longer than 0.01 s');
    await promise;
  });

  test('a check that needs the objects is unknown where there are none', async () => {
    const needy = defineCheck({
      check: 'needy',
      title: 'Needy',
      observe: async (one) => requireObjects(one).problems.length,
      judge: () => [ok],
    });
    const { checks } = await examine([needy], context);
    expect(checks[0]?.findings[0]?.finding).toContain('it needs the objects, and there are none');
  });
});

describe('--only and --skip', () => {
  const checks = ['mtu', 'cidrs', 'dns'].map((name) => making(name, []));
  const selected = (only: readonly string[], skip: readonly string[]) =>
    selectChecks(checks, { only, skip }).map(({ check }) => check);

  test.each([
    { only: [], skip: [], left: ['mtu', 'cidrs', 'dns'] },
    { only: ['dns', 'mtu'], skip: [], left: ['mtu', 'dns'] },
    { only: [], skip: ['mtu'], left: ['cidrs', 'dns'] },
    { only: ['dns', 'mtu'], skip: ['mtu'], left: ['dns'] },
  ])('only $only, skip $skip: $left', ({ only, skip, left }) => expect(selected(only, skip)).toEqual(left));

  test('a name that no check has is an error, which says all names', () => {
    expect(() => selected(['mut'], [])).toThrow('there is no check "mut"; there are mtu, cidrs, dns');
  });
});
