import type { ApiObject } from '../api/store/api-object.ts';
import type { LabStatus } from '../status/lab-status.ts';

/** What a command asks a lab; each as a line of JSON. */
export type LabRequest =
  | { readonly ask: 'status' }
  /** Where something is, to enter it. */
  | { readonly ask: 'find'; readonly target: string }
  | { readonly ask: 'apply'; readonly objects: readonly ApiObject[] }
  | { readonly ask: 'delete'; readonly objects: readonly ApiObject[] }
  | { readonly ask: 'scale'; readonly deployment: string; readonly replicas: number }
  /** Ends a pod without grace. */
  | { readonly ask: 'kill'; readonly pod: string }
  | { readonly ask: 'node'; readonly change: NodeChange; readonly name: string | undefined };

export type NodeChange = 'add' | 'remove' | 'reboot';

/** What is done, line by line; the last answer is `done` or `refused`. */
export type LabAnswer =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'done'; readonly result: LabResult }
  /** A sentence for people. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Something is done, and how long it took. */
export interface Step {
  readonly text: string;
  /** Milliseconds. */
  readonly took: number;
}

export type LabResult =
  | { readonly kind: 'nothing' }
  /** What was done, for people. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'status'; readonly status: LabStatus }
  /** A process that has the namespaces, by its number in the PID namespace of the lab. */
  | { readonly kind: 'found'; readonly name: string; readonly pid: number };
