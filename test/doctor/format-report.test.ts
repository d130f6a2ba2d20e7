import pc from 'picocolors';
import { expect, test } from 'vitest';
import { type CheckReport, type DoctorReport, worst } from '../../src/doctor/check.ts';
import { formatReport } from '../../src/doctor/format-report.ts';

const plain = pc.createColors(false);

function report(...checks: readonly Omit<CheckReport, 'severity'>[]): DoctorReport {
  const judged = checks.map((check) => ({ ...check, severity: worst(check.findings) }));
  return { worst: worst(judged), node: 'node-0', checks: judged };
}

test('the worst comes first, what is well has a line each, and a summary ends it', () => {
  const text = formatReport(
    report(
      {
        check: 'forwarding',
        title: 'IP forwarding',
        findings: [
          { severity: 'ok', looked: 'a', finding: 'IPv4 is on' },
          { severity: 'ok', looked: 'b', finding: 'IPv6 is on' },
        ],
      },
      {
        check: 'hairpin',
        title: 'Pods that reach themselves',
        findings: [
          { severity: 'warning', looked: 'bridge cni0', finding: 'they do not', next: 'hairpin on' },
        ],
      },
      {
        check: 'mtu',
        title: 'MTU from pod to uplink',
        findings: [
          { severity: 'ok', looked: 'eth0', finding: 'left out' },
          { severity: 'warning', looked: 'pods', finding: 'too large' },
          { severity: 'fault', looked: 'flannel.1', finding: 'much too large', next: 'mtu 1450' },
        ],
      },
      { check: 'marks', title: 'Marks', findings: [] },
    ),
    plain,
  );
  expect(text).toBe(`✗ MTU from pod to uplink (mtu)
  fault  much too large
    looked at flannel.1
    → mtu 1450
  warning  too large
    looked at pods

! Pods that reach themselves (hairpin)
  warning  they do not
    looked at bridge cni0
    → hairpin on

✓ IP forwarding  IPv4 is on; IPv6 is on

node-0: 1 ok, 1 warning, 1 fault
`);
});

test('checks that are unknown for the same reason share a line', () => {
  const unknown = (check: string, finding: string) => ({
    check,
    title: `Title of ${check}`,
    findings: [{ severity: 'unknown', looked: 'nothing', finding } as const],
  });
  const text = formatReport(
    report(unknown('drift', 'no objects'), unknown('dns', 'no route'), unknown('services', 'no objects')),
    plain,
  );
  expect(text).toBe(`? 2 checks      no objects: drift, services
? Title of dns  no route

node-0: 0 ok, 3 unknown
`);
});

test('what is longer than the terminal is wide is broken, but commands are not', () => {
  const finding = {
    severity: 'fault',
    looked: 'one two three four',
    finding: 'five six seven',
    next: 'a b c d e f g',
  } as const;
  const text = formatReport(report({ check: 'dns', title: 'DNS', findings: [finding] }), plain, 20);
  expect(text.split('\n').slice(1, -3)).toEqual([
    '  fault  five six',
    '    seven',
    '    looked at one',
    '    two three four',
    '    → a b c d e f g',
  ]);
});

test('colours are there only when asked for', () => {
  const one = report({
    check: 'dns',
    title: 'DNS',
    findings: [{ severity: 'ok', looked: 'a', finding: 'b' }],
  });
  const codes = String.fromCharCode(27);
  expect(formatReport(one, plain)).not.toContain(codes);
  expect(formatReport(one, pc.createColors(true))).toContain(`${codes}[32m✓`);
});
