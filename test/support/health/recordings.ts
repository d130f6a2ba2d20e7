import { readFileSync } from 'node:fs';
import { sharedPath } from '../conformance/shared.ts';

/** A recorded page, as it is in the file. */
export function recordedPage(name: string): string {
  return readFileSync(`${sharedPath}reference/${name}`, 'utf8');
}

/** A recorded answer: its status line, its headers in small letters, and its body. */
export function recordedAnswer(name: string) {
  const [head = '', body = ''] = recordedPage(name).replaceAll('\r', '').split('\n\n', 2);
  const [statusLine = '', ...lines] = head.split('\n');
  const headers = lines
    .map((line) => line.split(': ', 2))
    .map(([key = '', value]) => [key.toLowerCase(), value]);
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers) as Readonly<Record<string, string>>,
    body,
  };
}
