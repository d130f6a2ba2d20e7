import type { WriteStream } from 'node:tty';

/** A terminal that shows one page, each replacing the one before. */
export interface Screen {
  /** Shows as many of the lines as fit. */
  show(lines: readonly string[]): void;
  /** Restores the terminal. */
  close(): void;
}

/** Uses the terminal's alternate screen, so that its previous content is there again afterwards. */
export function openScreen(terminal: Pick<WriteStream, 'rows' | 'write'>): Screen {
  terminal.write(`${useSecondScreen}${hideCursor}`);
  return {
    show(lines) {
      const shown = lines.length <= terminal.rows ? lines : withoutEnd(lines, terminal.rows);
      terminal.write(`${toTop}${shown.map((line) => line + clearLine).join('\n')}${clearBelow}`);
    },
    close: () => terminal.write(`${showCursor}${useFirstScreen}`),
  };
}

function withoutEnd(lines: readonly string[], rows: number): readonly string[] {
  const shown = Math.max(0, rows - 1);
  return [...lines.slice(0, shown), `… ${lines.length - shown} more lines`];
}

/** Control sequences of xterm, which all common terminals understand. */
const useSecondScreen = '\x1b[?1049h';
const useFirstScreen = '\x1b[?1049l';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const toTop = '\x1b[H';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';
