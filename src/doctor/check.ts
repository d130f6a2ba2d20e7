/** How bad a finding is, from good to bad. `unknown`: it could not be examined, and the finding says why. */
export const severities = ['ok', 'unknown', 'warning', 'fault'] as const;
export type Severity = (typeof severities)[number];

/** One result of a check. */
export interface Finding {
  readonly severity: Severity;
  /** What was examined, with its values. */
  readonly looked: string;
  /** One sentence; for a fault it names the cause. */
  readonly finding: string;
  /** What to do next: a command, or a setting and its value. Absent where nothing is wrong. */
  readonly next?: string;
}

/** The findings of one check. */
export interface CheckReport {
  /** Stable, for programs: `mtu`. */
  readonly check: string;
  /** For people: `MTU from pod to uplink`. */
  readonly title: string;
  /** That of the worst finding; `ok` where there is none. */
  readonly severity: Severity;
  /** Empty where the check does not apply to this node. */
  readonly findings: readonly Finding[];
}

/** The whole report, in its JSON form. */
export interface DoctorReport {
  /** That of the worst check. */
  readonly worst: Severity;
  /** The name of the node, as the cluster has it. */
  readonly node: string;
  /** The checks that ran, in a fixed order. */
  readonly checks: readonly CheckReport[];
}

/** The worst of these; `ok` where there is none. */
export function worst(of: Iterable<{ readonly severity: Severity }>): Severity {
  let found = 0;
  for (const { severity } of of) found = Math.max(found, severities.indexOf(severity));
  return severities[found] ?? 'ok';
}
