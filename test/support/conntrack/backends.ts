import type { Family } from '../../../src/net/family.ts';
import type { Backend } from '../../../src/sync/syncer.ts';

/** A backend that has nothing to do. */
export function idleBackend(family: Family): Backend {
  return {
    family,
    refused: new Map(),
    syncAll: async () => {},
    syncChanges: async () => {},
    isInForce: async () => true,
    pacesItself: true,
    tidyDelay: undefined,
    tidy: async () => {},
  };
}
