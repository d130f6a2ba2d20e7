/** The header of a message (RFC 1035, 4.1.1): an identifier, bits and four counts, in 12 octets. */
export const headerLength = 12;

/** Bits of the 16 behind the identifier; the last four are the response code. */
export const flags = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  /** RFC 4035, 3.1.6 and 3.2.2. */
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
  responseCode: 0x000f,
} as const;

/** Where in the header the counts of records stand. */
export const counts = { questions: 4, answers: 6, authorities: 8, additionals: 10 } as const;

/** Octets of an OPT record without options (RFC 6891, 6.1.2). */
export const optLength = 11;

/** The bit of an OPT record that asks for records of DNSSEC (RFC 3225). */
export const dnssecOk = 0x8000;
