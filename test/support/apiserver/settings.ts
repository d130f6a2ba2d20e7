import { defaultSettings } from '../../../src/lab/api/settings.ts';

/** How the server treats a list that is asked for as a stream of events (KEP-3157). */
export type StreamingLists =
  | 'supported'
  /** By an ERROR event: a store that cannot say how far it has got. */
  | 'refused-by-event'
  /** By 422: the feature is off. */
  | 'refused-by-status'
  /** A server, or a proxy before it, that does not know the parameters: the objects as events, and no end of them. */
  | 'ignored';

export interface TestSettings {
  streamingLists: StreamingLists;
  /** Milliseconds. */
  bookmarkInterval: number;
  /** Milliseconds that a watch lasts where the client says nothing. */
  watchTimeout: number;
  /** Tells a watch from a compacted version by an ERROR event, as the real server does from its memory, or by 410. */
  expiredWatch: 'event' | 'status';
  /**
   * A plain watch from a version that the server has not reached, as after a restored backup: the real server waits for
   * it without a word, bookmarks included; `refused` is an ERROR event of code 504 after three seconds.
   */
  futureWatch: 'silent' | 'refused';
  /** Kinds that the server does not have. */
  missingKinds: readonly string[];
}

export const testSettings: TestSettings = {
  ...defaultSettings,
  streamingLists: 'supported',
  expiredWatch: 'event',
  futureWatch: 'silent',
  missingKinds: [],
};
