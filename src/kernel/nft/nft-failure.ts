import { type Failure, ToolError } from '../../backend/failure.ts';
import { notPermitted, saysForbidden, saysUnable } from '../tool-words.ts';

/**
 * The error for what nft said of a listing that failed: its reasons and the words that it marks, in at most 300 characters.
 */
export function nftError(said: string): ToolError {
  const reasons = readReasons(said);
  const failure = failureOf(reasons);
  const summary = summarise(reasons);
  const message =
    failure === 'permission' ? notPermitted('nft', shorten(summary, 200)) : shorten(summary, 300);
  return new ToolError(failure, message);
}

interface Reason {
  readonly text: string;
  /** The words of the command that it is about. */
  readonly place?: string | undefined;
}

/** "/dev/stdin:2:18-21: Error: reason", then the line at fault, then marks such as "   ^^^^ ~~" beneath it. */
const reasonPattern = /^(?:\S+ )?Error: (.*)/;
const marksPattern = /^[\s^~]*\^[\s^~]*$/;

function readReasons(said: string): readonly Reason[] {
  const lines = said.split('\n');
  const reasons = lines.flatMap((line, at) => {
    const text = reasonPattern.exec(line)?.[1];
    return text === undefined ? [] : [{ text, place: markedWords(lines[at + 1], lines[at + 2]) }];
  });
  const first = lines.find((line) => line.trim() !== '');
  return reasons.length > 0 || first === undefined ? reasons : [{ text: first }];
}

function markedWords(line = '', marks = ''): string | undefined {
  if (!marksPattern.test(marks)) return undefined;
  const [{ length }, index] = [/\^+/.exec(marks)?.[0] ?? '', marks.indexOf('^')];
  return line.slice(index, index + length);
}

function failureOf(reasons: readonly Reason[]): Failure {
  const says = (isSaid: (text: string) => boolean) => reasons.some(({ text }) => isSaid(text));
  if (says(saysForbidden)) return 'permission';
  if (says((text) => text.includes('Interrupted system call'))) return 'interrupted';
  if (says(saysUnable)) return 'unable';
  return says((text) => text.includes('No such file or directory')) ? 'absent' : 'unknown';
}

const shownReasons = 3;

function summarise(reasons: readonly Reason[]): string {
  const sentences = reasons.map(({ text, place }) =>
    place === undefined ? text : `${text}, at "${shorten(place, 80)}"`,
  );
  const different = [...new Set(sentences)];
  const shown = different.slice(0, shownReasons).join('; ') || 'nft failed and gave no reason';
  const more = different.length - shownReasons;
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
