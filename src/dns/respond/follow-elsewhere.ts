import { responseCodes } from '../../net/dns/numbers.ts';
import { DnsMessageError } from '../../net/dns/read-name.ts';
import { readRecord, responseCodeOf } from '../../net/dns/read-response.ts';
import type { ResourceRecord } from '../../net/dns/resource-record.ts';
import type { Response } from '../../net/dns/write-response.ts';
import type { Forwarded } from '../forward/forwarded.ts';

/**
 * The response for aliases of the cluster with what an upstream server says of the name that they lead to, whose code is that of the
 * whole (RFC 6604).
 */
export function followElsewhere(
  aliases: readonly ResourceRecord[],
  forwarded: Forwarded | undefined,
): Response {
  const failed = { authoritative: true, authorities: [], additionals: [], answers: aliases } as const;
  if (forwarded === undefined) return { ...failed, code: 'SERVFAIL' };
  try {
    const { answers, authorities } = sectionsOf(forwarded);
    return { ...failed, code: codeOf(forwarded), answers: [...aliases, ...answers], authorities };
  } catch (error) {
    if (error instanceof DnsMessageError) return { ...failed, code: 'SERVFAIL' };
    throw error;
  }
}

function sectionsOf({ message, records, age }: Forwarded) {
  const read = (section: 'answers' | 'authorities') =>
    records
      .filter((record) => record.section === section)
      .map((record) => {
        const one = readRecord(message, record);
        return { ...one, ttl: Math.max(0, one.ttl - age) };
      });
  return { answers: read('answers'), authorities: read('authorities') };
}

function codeOf({ message }: Forwarded): Response['code'] {
  const code = responseCodeOf(message);
  if (code === responseCodes.NOERROR) return 'NOERROR';
  return code === responseCodes.NXDOMAIN ? 'NXDOMAIN' : 'SERVFAIL';
}
