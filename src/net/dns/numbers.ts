/** The numbers of DNS that IANA keeps, by their names: those that Portolan knows. */

export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export type RecordTypeName = keyof typeof recordTypes;

export const classes = { IN: 1 } as const;

export const responseCodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  /** Its upper bits are those of an OPT record (RFC 6891, 6.1.3). */
  BADVERS: 16,
} as const;

export type ResponseCode = keyof typeof responseCodes;

/** `NXDOMAIN`; `RCODE 9` where the code has no name here. */
export function responseCodeName(code: number): string {
  return codeNames.get(code) ?? `RCODE ${code}`;
}

/** `AAAA`; `undefined` where the type has no name here. */
export function recordTypeName(type: number): RecordTypeName | undefined {
  return typeNames.get(type);
}

const codeNames = new Map(Object.entries(responseCodes).map(([name, code]) => [code as number, name]));
const typeNames = new Map(
  Object.entries(recordTypes).map(([name, type]) => [type as number, name as RecordTypeName]),
);
