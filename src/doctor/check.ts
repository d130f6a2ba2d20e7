/** How bad a finding is, from good to bad. `unknown`: it could not be looked at, and the reason is said. */
export const severities = ['ok', 'unknown', 'warning', 'fault'] as const;
export type Severity = (typeof severities)[number];

/** What a check says about one thing. */
export interface Finding {
  readonly severity: Severity;
  /** What was looked at, with the values that it had. */
  readonly looked: string;
  /** One sentence; for a fault it names the cause. */
  readonly finding: string;
  /** What to do next: a command, or a setting and its value. Only where something is wrong. */
  readonly next?: string;
}

/** The findings of one check, the worst of which counts. */
export interface CheckReport {
  /** Stable, for programs: `mtu`. */
  readonly check: string;
  /** For people: `MTU from pod to uplink`. */
  readonly title: string;
  /** That of the worst finding; `ok` where there is none. */
  readonly severity: Severity;
  /** None where the check does not concern this node. */
  readonly findings: readonly Finding[];
}

/** All that doctor has to say: its JSON form. */
export interface DoctorReport {
  /** That of the worst check. */
  readonly worst: Severity;
  /** The name of the node, as the cluster has it. */
  readonly node: string;
  /** Every check that was made, in a fixed order. */
  readonly checks: readonly CheckReport[];
}

/** The worst of these; `ok` where there is none. */
export function worst(of: Iterable<{ readonly severity: Severity }>): Severity {
  let found = 0;
  for (const { severity } of of) found = Math.max(found, severities.indexOf(severity));
  return severities[found] ?? 'ok';
}
