import pc from 'picocolors';
import { inPieces } from './in-pieces.ts';
import { reportJson } from './report-json.ts';
import { openScreen } from './screen.ts';
import { statusLines } from './status-lines.ts';
import type { StatusReport } from './status-report.ts';

/** Writes reports to standard output. */
export interface ReportWriter {
  /** Resolves when the report has been written. */
  write(report: StatusReport): Promise<void>;
  close(): void;
}

export interface WriterOptions {
  readonly output: 'text' | 'json';
  readonly watch: boolean;
  readonly color: boolean;
}

/** JSON, a line for each report; or tables, which replace each other on a terminal with `--watch`. */
export function openReportWriter({ output, watch, color }: WriterOptions): ReportWriter {
  if (output === 'json') return plainWriter(reportJson);
  const colors = pc.createColors(color);
  const { stdout } = process;
  const lines = (report: StatusReport) =>
    statusLines(report, colors, stdout.isTTY ? stdout.columns : undefined);
  if (!watch || !stdout.isTTY) return plainWriter((report) => textOf(lines(report), watch));
  const screen = openScreen(stdout);
  return { write: async (report) => screen.show([...lines(report)]), close: () => screen.close() };
}

function* textOf(lines: Iterable<string>, watch: boolean): Iterable<string> {
  for (const line of lines) yield `${line}\n`;
  if (watch) yield '\n';
}

function plainWriter(textsOf: (report: StatusReport) => Iterable<string>): ReportWriter {
  return {
    write: async (report) => {
      for (const piece of inPieces(textsOf(report))) await written(piece);
    },
    close: () => undefined,
  };
}

function written(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
