import { type Failure, ToolError } from '../../backend/failure.ts';
import { isRefusal, notPermitted, saysForbidden, saysUnable } from '../tool-words.ts';

/** What was asked of nft: only what is to be listed or deleted can be absent. */
export type NftRequest = 'change' | 'deletion' | 'listing';

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
    failure === 'permission' ? notPermitted('nft', shorten(summary, 200)) : shorten(summary, 300);
  return new ToolError(failure, message);
}

interface Reason {
  readonly text: string;
  /** Whether nft says it of a command, and not of itself. */
  readonly isOfCommand: boolean;
  /** The words of the command that it is about. */
  readonly place?: string | undefined;
}

/** "/dev/stdin:2:18-21: Error: reason", then the line at fault, then marks such as "   ^^^^ ~~" beneath it. */
const reasonPattern = /^(?:(\S+) )?Error: (.*)/;
const marksPattern = /^[\s^~]*\^[\s^~]*$/;

function readReasons(said: string, placesHold: boolean): readonly Reason[] {
  const lines = said.split('\n');
  const reasons = lines.flatMap((line, at) => {
    const [, where = '', text] = reasonPattern.exec(line) ?? [];
    if (text === undefined) return [];
    const isOfCommand = !/^(netlink|internal):/.test(where);
    return [{ text, isOfCommand, place: placesHold ? markedWords(lines[at + 1], lines[at + 2]) : undefined }];
  });
  const first = lines.find((line) => line.trim() !== '');
  return reasons.length > 0 || first === undefined ? reasons : [{ text: first, isOfCommand: false }];
}

/** A command longer than this may need several netlink messages, and then nft 1.0.6 marks the wrong element. */
const longestMarked = 4096;

function markedWords(line = '', marks = ''): string | undefined {
  if (line.length > longestMarked || !marksPattern.test(marks)) return undefined;
  const [{ length }, index] = [/\^+/.exec(marks)?.[0] ?? '', marks.indexOf('^')];
  return line.slice(index, index + length);
}

function failureOf(reasons: readonly Reason[], request: NftRequest): Failure {
  const says = (isSaid: (text: string) => boolean) => reasons.some(({ text }) => isSaid(text));
  if (says(saysForbidden)) return 'permission';
  if (says((text) => text.includes('Interrupted system call'))) return 'interrupted';
  if (says(saysUnable)) return 'unable';
  if (request === 'change') return reasons.some(isRefused) ? 'refused' : 'unknown';
  return says((text) => text.includes('No such file or directory')) ? 'absent' : 'unknown';
}

function isRefused({ text, isOfCommand }: Reason): boolean {
  const answer = /^Could not process rule: (.*)/.exec(text)?.[1];
  return answer === undefined ? isOfCommand : isRefusal(answer);
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
