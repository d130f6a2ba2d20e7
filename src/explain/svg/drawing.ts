import { printable } from '../../state/shown.ts';

/** A part of a picture. Lengths are in pixels. */
export interface Drawing {
  readonly height: number;
  /** SVG elements in painting order. */
  readonly shapes: readonly string[];
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A line of text and its style. */
export interface Line {
  readonly style: TextStyle;
  readonly text: string;
}

/** The classes that `style.ts` defines. */
export type TextStyle = 'title' | 'label' | 'reason' | 'place' | 'rule' | 'share';

/** Heights of lines and average widths of characters: SVG does not lay out text by itself. */
const metrics: Readonly<Record<TextStyle, { readonly height: number; readonly character: number }>> = {
  title: { height: 24, character: 9.2 },
  label: { height: 20, character: 7.4 },
  reason: { height: 19, character: 7.1 },
  place: { height: 16, character: 6.7 },
  rule: { height: 15, character: 6.1 },
  share: { height: 18, character: 7.3 },
};

const padding = 10;

/** The distance between boxes, for the arrow. */
export const gap = 20;

/** Lines of text from the top of the area down, wrapped to its width. */
export function drawText(lines: readonly Line[], { x, y, width }: Area): Drawing {
  const shapes: string[] = [];
  let height = 0;
  for (const { style, text } of lines) {
    for (const part of wrapped(printable(text), Math.floor(width / metrics[style].character))) {
      height += metrics[style].height;
      shapes.push(
        `<text class="${style}" x="${round(x)}" y="${round(y + height - 4)}">${escaped(part)}</text>`,
      );
    }
  }
  return { height, shapes };
}

/** A box around lines of text. */
export function drawBox(kind: string, lines: readonly Line[], { x, y, width }: Area): Drawing {
  const inside = drawText(lines, { x: x + padding, y: y + padding, width: width - 2 * padding });
  const height = inside.height + 2 * padding;
  return { height, shapes: [rectangle(`box ${kind}`, { x, y, width }, height, 6), ...inside.shapes] };
}

export function rectangle(kind: string, { x, y, width }: Area, height: number, radius: number): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<rect class="${kind}" ${place} rx="${radius}"/>`;
}

/** An arrow down from one point to another, with a bend where they are not above each other. */
export function arrow(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const middle = round((from.y + to.y) / 2);
  const bend = from.x === to.x ? '' : `V${middle}H${round(to.x)}`;
  return `<path class="arrow" marker-end="url(#head)" d="M${round(from.x)} ${round(from.y)}${bend}V${round(to.y)}"/>`;
}

/** Escapes the characters that XML gives a meaning. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Breaks at spaces, and inside words that are longer than a line. */
function wrapped(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (joined.length <= most) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    for (; line.length > most; line = line.slice(most)) lines.push(line.slice(0, most));
  }
  return [...lines, line];
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
