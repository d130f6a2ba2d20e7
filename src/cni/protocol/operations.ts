import type { CniVersion } from './versions.ts';

/** What a runtime asks for by `CNI_COMMAND`, and the version of the specification that brought it. */
export const operations = {
  ADD: '0.3.0',
  DEL: '0.3.0',
  CHECK: '0.4.0',
  GC: '1.1.0',
  STATUS: '1.1.0',
  VERSION: '0.3.0',
} as const satisfies Readonly<Record<string, CniVersion>>;

export type Operation = keyof typeof operations;

export function isOperation(command: string): command is Operation {
  return Object.hasOwn(operations, command);
}
