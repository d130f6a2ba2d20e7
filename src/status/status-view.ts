import pc from 'picocolors';
import { openScreen } from './screen.ts';
import { statusLines } from './status-lines.ts';
import type { StatusReport } from './status-report.ts';

/** Where reports go. */
export interface View {
  /** Resolves when the reader has taken it. */
  show(report: StatusReport): Promise<void>;
  close(): void;
}

export interface ViewOptions {
  readonly output: 'text' | 'json';
  readonly watch: boolean;
  readonly color: boolean;
}

/** On standard output: JSON, a line each; or tables, which on a terminal that is watched replace each other. */
export function openView({ output, watch, color }: ViewOptions): View {
  if (output === 'json') return plainView((report) => `${JSON.stringify(report)}\n`);
  const colors = pc.createColors(color);
  const { stdout } = process;
  const lines = (report: StatusReport) =>
    statusLines(report, colors, stdout.isTTY ? stdout.columns : undefined);
  if (!watch || !stdout.isTTY) {
    const end = watch ? '\n\n' : '\n';
    return plainView((report) => lines(report).join('\n') + end);
  }
  const screen = openScreen(stdout);
  return { show: async (report) => screen.show(lines(report)), close: () => screen.close() };
}

function plainView(format: (report: StatusReport) => string): View {
  return {
    show: (report) =>
      new Promise((resolve, reject) => {
        process.stdout.write(format(report), (error) => (error ? reject(error) : resolve()));
      }),
    close: () => undefined,
  };
}
