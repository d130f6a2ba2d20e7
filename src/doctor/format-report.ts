import type pc from 'picocolors';
import { type CheckReport, type DoctorReport, type Finding, type Severity, severities } from './check.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * The report for people: the worst checks first, those without trouble in one line each, and a summary. Findings are
 * wrapped at `width` characters; commands are not, so that they can be copied.
 */
export function formatReport({ checks, node }: DoctorReport, colors: Colors, width?: number): string {
  const shown = checks.filter(({ findings }) => findings.length > 0);
  const troubled = bySeverity(shown, 'fault', 'warning').map((check) => formatTrouble(check, colors, width));
  const quiet = [...unknownLines(shown), ...bySeverity(shown, 'ok').map(quietLine)];
  const longest = Math.max(0, ...quiet.map(({ title }) => title.length));
  return [
    ...troubled,
    ...(quiet.length === 0 ? [] : [quiet.map((line) => formatQuiet(line, longest, colors)).join('')]),
    `${colors.bold(node)}: ${summary(shown, colors)}\n`,
  ].join('\n');
}

function bySeverity(checks: readonly CheckReport[], ...order: readonly Severity[]): readonly CheckReport[] {
  return order.flatMap((one) => checks.filter(({ severity }) => severity === one));
}

/** A check with trouble, without its findings that are ok. */
function formatTrouble(
  { check, title, severity, findings }: CheckReport,
  colors: Colors,
  width: number | undefined,
): string {
  const heading = `${sign(severity, colors)} ${colors.bold(title)} ${colors.dim(`(${check})`)}\n`;
  const order = ['fault', 'warning', 'unknown'] as const;
  const worstFirst = order.flatMap((one) => findings.filter((finding) => finding.severity === one));
  return heading + worstFirst.map((finding) => formatFinding(finding, colors, width)).join('');
}

function formatFinding({ severity, looked, finding, next }: Finding, colors: Colors, width?: number): string {
  const [first = '', ...more] = wrap(`${severity}  ${finding}`, width).map((line) => `  ${line}`);
  const lines = [
    first.replace(severity, tone(severity, colors)(severity)),
    ...more.map((line) => `  ${line}`),
    ...wrap(`looked at ${looked}`, width).map((line) => `    ${colors.dim(line)}`),
    ...(next === undefined ? [] : [`    ${colors.cyan(`→ ${next}`)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const indentation = 4;

/** Wraps at spaces; only a single word may exceed the width. */
function wrap(text: string, width = Number.POSITIVE_INFINITY): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indentation + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A check in one line. */
interface QuietLine {
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
}

/** Checks that are unknown for the same reason, such as missing objects, share a line. */
function unknownLines(checks: readonly CheckReport[]): readonly QuietLine[] {
  const unknown = bySeverity(checks, 'unknown');
  const groups = Map.groupBy(unknown, (check) => quietLine(check).text);
  return [...groups].flatMap(([text, [first, ...more]]): QuietLine[] => {
    if (first === undefined) return [];
    if (more.length === 0) return [quietLine(first)];
    const names = [first, ...more].map(({ check }) => check);
    return [{ severity: 'unknown', title: `${names.length} checks`, text: `${text}: ${names.join(', ')}` }];
  });
}

function quietLine({ title, severity, findings }: CheckReport): QuietLine {
  const texts = findings.filter((finding) => finding.severity === severity).map(({ finding }) => finding);
  return { severity, title, text: texts.join('; ') };
}

function formatQuiet({ severity, title, text }: QuietLine, longest: number, colors: Colors): string {
  return `${sign(severity, colors)} ${title.padEnd(longest)}  ${colors.dim(text)}\n`;
}

/** `12 ok, 1 warning, 2 faults`. */
function summary(checks: readonly CheckReport[], colors: Colors): string {
  const counts = severities.map((severity) => {
    const count = checks.filter((check) => check.severity === severity).length;
    return { severity, count };
  });
  return counts
    .filter(({ severity, count }) => count > 0 || severity === 'ok')
    .map(({ severity, count }) => tone(severity, colors)(`${count} ${nounOf(severity, count)}`))
    .join(', ');
}

function nounOf(severity: Severity, count: number): string {
  return (severity === 'warning' || severity === 'fault') && count !== 1 ? `${severity}s` : severity;
}

function sign(severity: Severity, colors: Colors): string {
  return tone(severity, colors)({ ok: '✓', unknown: '?', warning: '!', fault: '✗' }[severity]);
}

function tone(severity: Severity, colors: Colors): (text: string) => string {
  return { ok: colors.green, unknown: colors.magenta, warning: colors.yellow, fault: colors.red }[severity];
}
