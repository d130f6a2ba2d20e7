import type { Step } from '../control/messages.ts';

/** What a lab tells the command that starts it; each as a line of JSON. */
export type StartMessage =
  | { readonly kind: 'step'; readonly step: Step }
  /** From now on it lives without that command. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string };
