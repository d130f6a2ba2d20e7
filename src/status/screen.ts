import type { WriteStream } from 'node:tty';

/** A terminal on which each view takes the place of the one before. */
export interface Screen {
  /** Shows as many of the lines as there is room for. */
  show(lines: readonly string[]): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Takes the terminal's second screen, so that what was on the first is there again afterwards. */
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

/** Control sequences of xterm, which all terminals of Linux know. */
const useSecondScreen = '\x1b[?1049h';
const useFirstScreen = '\x1b[?1049l';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const toTop = '\x1b[H';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';
