import { notPermitted } from '../../tool-words.ts';

/** The kernel refuses to change or to show something of the network; the message says what, and the kernel's words. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  /** As in errno.h: `EEXIST`. */
  readonly code: string;

  /** `purpose` is what was to be done, `said` what the kernel says of it. */
  constructor(purpose: string, code: string, said: string) {
    super(code === 'EPERM' ? notPermitted(purpose, said) : `cannot ${purpose}: ${said}`);
    this.code = code;
  }
}

/** Whether the kernel refused for one of these reasons, named as in errno.h. */
export function refusedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof KernelError && codes.includes(error.code);
}
