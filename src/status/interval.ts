import { type Milliseconds, parseDuration } from '../config/duration.ts';

/** Parses `--interval`; `undefined` unless it is a duration from 100 ms to 24 hours. */
export function parseInterval(text: string): Milliseconds | undefined {
  const interval = parseDuration(text);
  return interval !== undefined && interval >= shortest && interval <= longest ? interval : undefined;
}

const shortest = 100;
/** Well below the longest timer of Node.js, 24 days. */
const longest = 24 * 60 * 60 * 1_000;
