import type { Connection } from '../connections/connection.ts';
import type { ServerSettings } from '../settings.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Refusal, Status } from '../store/refusal.ts';
import type { PodLogs } from './pod-logs.ts';

/** What answers are made of. */
export interface ServerState {
  readonly store: ObjectStore;
  readonly settings: ServerSettings;
  readonly logs?: PodLogs | undefined;
}

/** Where the answer goes. */
export interface AnswerTarget {
  readonly connection: Connection;
  /** For what takes time to know; what is known at once is thrown. */
  readonly refuse: (refusal: Refusal) => void;
  /** An ERROR event went out. */
  readonly told: (status: Status) => void;
}
