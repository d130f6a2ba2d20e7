import type { Backend } from '../../../src/backend/backend.ts';
import type { Family } from '../../../src/net/family.ts';

/** A backend that has nothing to do. */
export function idleBackend(family: Family): Backend {
  return {
    family,
    refused: new Map(),
    kept: 0,
    syncAll: async () => {},
    syncChanges: async () => {},
    isInForce: async () => true,
    looks: ['schema', 'everything'],
    retryDelay: undefined,
    tidyDelay: undefined,
    tidy: async () => {},
  };
}
