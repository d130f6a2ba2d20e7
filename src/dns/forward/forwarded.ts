import { flags } from '../../net/dns/header.ts';
import { recordTypes, responseCodes } from '../../net/dns/numbers.ts';
import { isFailure, type RecordAt, recordsOf, responseCodeOf } from '../../net/dns/read-response.ts';

/** What an upstream server answered. */
export interface Forwarded {
  readonly message: Buffer;
  /** Its records as far as they may be passed on: without an OPT record, which is between two servers. */
  readonly records: readonly RecordAt[];
  /** Seconds that have gone by since. */
  readonly age: number;
}

/** Takes apart what an upstream server answered. Throws a `DnsMessageError`. */
export function readForwarded(message: Buffer): Forwarded {
  const records = recordsOf(message);
  // Records behind it would move, and pointers to them be wrong; they are only of help.
  const opt = records.findIndex(({ type }) => type === recordTypes.OPT);
  return { message, records: opt === -1 ? records : records.slice(0, opt), age: 0 };
}

/** Seconds at most, however long the server says: names move. */
const longestTime = 3_600;
const longestNegativeTime = 300;

/** How many seconds it may be remembered; 0 for not at all. */
export function timeToLive({ message, records }: Forwarded): number {
  const code = responseCodeOf(message);
  const isCut = (message.readUInt16BE(2) & flags.truncated) !== 0;
  if (isCut || isFailure(code)) return 0;
  const answers = records.filter(({ section }) => section === 'answers');
  const isPositive = code === responseCodes.NOERROR && answers.length > 0;
  const times = records.map(({ ttl }) => ttl);
  if (isPositive) return Math.min(longestTime, ...times);
  // RFC 2308, 5: only where a SOA record says for how long.
  const soa = records.find(({ section, type }) => section === 'authorities' && type === recordTypes.SOA);
  if (soa === undefined || soa.end - soa.dataAt < 4) return 0;
  return Math.min(longestNegativeTime, message.readUInt32BE(soa.end - 4), ...times);
}
