import { type CheckReport, type DoctorReport, type Finding, worst } from './check.ts';
import type { DoctorCheck, DoctorContext } from './doctor-check.ts';

/** Runs all checks at once. One that throws or takes too long becomes `unknown` and does not affect the others. */
export async function examine(checks: readonly DoctorCheck[], context: DoctorContext): Promise<DoctorReport> {
  const reports = await Promise.all(checks.map((check) => reportOf(check, context)));
  return { worst: worst(reports), node: context.nodeName, checks: reports };
}

async function reportOf(check: DoctorCheck, context: DoctorContext): Promise<CheckReport> {
  const findings = await findingsOf(check, context).catch((error: unknown) => [unknownFor(error)]);
  return { check: check.check, title: check.title, severity: worst(findings), findings };
}

async function findingsOf(check: DoctorCheck, context: DoctorContext): Promise<readonly Finding[]> {
  const { seconds = usualSeconds } = check;
  const ending = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`it took longer than ${seconds} s`);
    late.reject(error);
    ending.abort(error);
  }, seconds * 1_000);
  try {
    return await Promise.race([check.examine(context, ending.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Generous, since a busy node is slow, and the other checks run at the same time. */
const usualSeconds = 15;

function unknownFor(error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  return { severity: 'unknown', looked: 'nothing', finding: `could not be checked: ${reason}` };
}
