import { type Failure, ToolError } from '../../backend/failure.ts';

/** What was asked of nft: only a listing can be of something absent. */
export type NftRequest = 'change' | 'listing';

/**
 * The error for what nft or libnftables said of a call that failed. nft repeats the whole line at fault, which may hold
 * thousands of elements; the message has its reasons and the words that it marks, in at most 300 characters.
 * `quotes` says whether the line that nft repeats is the one at fault: libnftables repeats the first line of a text,
 * whichever it is.
 */
export function nftError(
  said: string,
  request: NftRequest,
  quotes: 'line at fault' | 'first line',
): ToolError {
  const reasons = readReasons(said, quotes === 'line at fault');
  const failure = failureOf(reasons, request);
  const summary = summarise(reasons);
  const message =
    failure === 'permission'
      ? `not permitted; nft needs root or the capability CAP_NET_ADMIN (${shorten(summary, 200)})`
      : shorten(summary, 300);
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

function readReasons(said: string, placesHold: boolean): readonly Reason[] {
  const lines = said.split('\n');
  const reasons = lines.flatMap((line, at) => {
    const text = reasonPattern.exec(line)?.[1];
    if (text === undefined) return [];
    return [{ text, place: placesHold ? markedWords(lines[at + 1], lines[at + 2]) : undefined }];
  });
  const first = lines.find((line) => line.trim() !== '');
  return reasons.length > 0 || first === undefined ? reasons : [{ text: first }];
}

/** A command longer than this may need several netlink messages, and then nft 1.0.6 marks the wrong element. */
const longestMarked = 4096;

function markedWords(line = '', marks = ''): string | undefined {
  if (line.length > longestMarked || !marksPattern.test(marks)) return undefined;
  const [{ length }, index] = [/\^+/.exec(marks)?.[0] ?? '', marks.indexOf('^')];
  return line.slice(index, index + length);
}

function failureOf(reasons: readonly Reason[], request: NftRequest): Failure {
  const says = (pattern: RegExp) => reasons.some(({ text }) => pattern.test(text));
  if (says(/Operation not permitted|Permission denied|must be root/)) return 'permission';
  if (says(/Interrupted system call/)) return 'interrupted';
  if (request === 'listing' && says(/No such file or directory/)) return 'absent';
  return 'refused';
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
