import pc from 'picocolors';
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
  if (output === 'json') return plainWriter((report) => `${JSON.stringify(report)}\n`);
  const colors = pc.createColors(color);
  const { stdout } = process;
  const lines = (report: StatusReport) =>
    statusLines(report, colors, stdout.isTTY ? stdout.columns : undefined);
  if (!watch || !stdout.isTTY) {
    const end = watch ? '\n\n' : '\n';
    return plainWriter((report) => lines(report).join('\n') + end);
  }
  const screen = openScreen(stdout);
  return { write: async (report) => screen.show(lines(report)), close: () => screen.close() };
}

function plainWriter(format: (report: StatusReport) => string): ReportWriter {
  return {
    write: (report) =>
      new Promise((resolve, reject) => {
        process.stdout.write(format(report), (error) => (error ? reject(error) : resolve()));
      }),
    close: () => undefined,
  };
}
