/** What is wrong with a field, before it is known whether a file or a flag set it. */
export interface Fault {
  /** `iptables.masqueradeBit`, `nodePortAddresses[1]`. */
  readonly path: string;
  readonly reason: string;
}

export type Report = (path: string, reason: string) => void;

/** Where settings come from: what a zero means, and the default of two addresses, depend on it. */
export type Origin = 'file' | 'flags';
