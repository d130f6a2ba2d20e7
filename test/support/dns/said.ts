import type { Answer } from 'dns-packet';
import type { ReadResponse } from './read-response.ts';

/** What of a response counts: the order of records, times to live and serials aside. */
export interface Said {
  readonly code: string;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  /** Empty where they are cut: which are left is chance. */
  readonly answers: readonly string[];
  /** The zone of the SOA record, or the types of others. */
  readonly authorities: readonly string[];
  /** Of truncated responses, and of those of others, nothing is compared. */
  readonly additionals: readonly string[];
}

export function saidBy(packet: ReadResponse): Said {
  const { rcode, flag_aa, flag_tc } = packet;
  const additionals = (packet.additionals ?? []).filter(({ type }) => type !== 'OPT');
  return {
    code: rcode,
    authoritative: flag_aa,
    truncated: flag_tc,
    answers: flag_tc ? [] : sorted(packet.answers ?? []),
    authorities: (packet.authorities ?? []).map(({ type, name }) => `${type} ${name.toLowerCase()}`),
    additionals: sorted(additionals),
  };
}

function sorted(records: readonly Answer[]): readonly string[] {
  return records.map(shownRecord).sort();
}

function shownRecord(record: Answer): string {
  const data = 'data' in record ? record.data : undefined;
  // Names are the same in any case of letters; a text is one string, or several.
  const shown =
    Buffer.isBuffer(data) || Array.isArray(data) ? String(data) : JSON.stringify(withoutSerial(data));
  return `${record.name} ${record.type} ${shown}`.toLowerCase();
}

function withoutSerial(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'serial' in data ? { ...data, serial: 0 } : data;
}
