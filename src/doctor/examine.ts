import { type CheckReport, type DoctorReport, type Finding, worst } from './check.ts';
import type { DoctorCheck, Subject } from './doctor-check.ts';

/** Makes the checks, all at once. None stops another: one that throws or takes too long is `unknown`, and says why. */
export async function examine(checks: readonly DoctorCheck[], subject: Subject): Promise<DoctorReport> {
  const reports = await Promise.all(checks.map((check) => reportOf(check, subject)));
  return { worst: worst(reports), node: subject.nodeName, checks: reports };
}

async function reportOf(check: DoctorCheck, subject: Subject): Promise<CheckReport> {
  const findings = await findingsOf(check, subject).catch((error: unknown) => [unknownFor(error)]);
  return { check: check.check, title: check.title, severity: worst(findings), findings };
}

async function findingsOf(check: DoctorCheck, subject: Subject): Promise<readonly Finding[]> {
  const { seconds = usualSeconds } = check;
  const ending = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`it took longer than ${seconds} s`);
    late.reject(error);
    ending.abort(error);
  }, seconds * 1_000);
  try {
    return await Promise.race([check.examine(subject, ending.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A busy node is slow to answer, and other checks compute meanwhile. */
const usualSeconds = 15;

function unknownFor(error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  return { severity: 'unknown', looked: 'nothing', finding: `could not be checked: ${reason}` };
}
