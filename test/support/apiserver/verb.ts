/** What is asked, as far as faults and counters tell it apart. */
export type Verb = 'list' | 'watch' | 'streaming-list' | 'get' | 'event';
