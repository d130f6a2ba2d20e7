import type { DoctorReport } from '../../../../src/doctor/check.ts';

/** What a report calls a fault, as `check: finding`. */
export function faultsOf({ checks }: DoctorReport): readonly string[] {
  return checks.flatMap(({ check, findings }) =>
    findings.filter(({ severity }) => severity === 'fault').map(({ finding }) => `${check}: ${finding}`),
  );
}

/** The checks that found a fault, each once. */
export function faultyChecks({ checks }: DoctorReport): readonly string[] {
  return checks.filter(({ severity }) => severity === 'fault').map(({ check }) => check);
}
