/** What a plugin answers when it fails (CNI specification, section 5, "Error"). */
export class CniError extends Error {
  override readonly name = 'CniError';
  readonly code: number;
  readonly details: string;

  /** `message` in one sentence; `details` say what it takes to mend it, or what else was found. */
  constructor(code: number, message: string, details = '') {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Codes below 100 are the specification's, the others this plugin's own. */
export const errorCodes = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  /** The runtime need not clean up: no `DEL` has to follow. */
  unknownContainer: 3,
  invalidEnvironment: 4,
  io: 5,
  decoding: 6,
  invalidConfiguration: 7,
  tryAgainLater: 11,
  unavailable: 50,
  /** The kernel, or a file of the machine, refuses what the operation takes. */
  refused: 100,
  noAddressLeft: 101,
  /** The address that was asked for is another container's, or outside of the ranges. */
  addressNotAvailable: 102,
  interfaceExists: 103,
  /** `CHECK`: something is missing, or not as `ADD` left it. */
  notAsAdded: 104,
  /** A bridge of that name is no bridge, or has other addresses. */
  bridgeConflict: 105,
  /** A plugin that work is delegated to is not there, or says nothing that can be read. */
  delegation: 106,
} as const;
