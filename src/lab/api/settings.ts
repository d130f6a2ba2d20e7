/** How long watches last, and how often they hear that all is well. */
export interface ServerSettings {
  /** Milliseconds. */
  readonly bookmarkInterval: number;
  /** Milliseconds that a watch lasts where the client says nothing. */
  readonly watchTimeout: number;
}

/** Those of the real server. */
export const defaultSettings: ServerSettings = { bookmarkInterval: 60_000, watchTimeout: 1_800_000 };
