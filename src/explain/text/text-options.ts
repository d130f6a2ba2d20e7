import type pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

export interface TextOptions {
  readonly colors: Colors;
  /** Whether every endpoint and every branch is shown, however many. */
  readonly all: boolean;
}
