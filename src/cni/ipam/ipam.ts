import type { Attachment } from '../protocol/attachment.ts';
import type { Result } from '../protocol/result.ts';

/** Who gives addresses to containers and takes them back. Each function throws a `CniError`. */
export interface Ipam {
  /** Whether the interface must be there, and up, when an address is asked for. */
  readonly asksOnInterface: boolean;
  add(): Result;
  /** Succeeds also where nothing is there to be taken back. */
  del(): void;
  check(): void;
  /** Takes back what none of these has; nothing where it is not known which are valid. */
  gc(valid: readonly Attachment[] | undefined): void;
  /** Throws where no further container can have its addresses. */
  status(): void;
}
