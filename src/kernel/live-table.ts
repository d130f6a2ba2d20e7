import type { RuleTable } from '../rules-text/ruleset.ts';
import type { Unread } from '../trace/walk.ts';
import { notPermitted, saysForbidden } from './tool-words.ts';

/** A table in force on this machine, which is read as far as it is asked for. */
export interface LiveTable {
  /** What `read` brought is in it. */
  readonly table: RuleTable;
  /** Reads parts of this table, whatever `Unread.table` says. Throws a `LiveRulesError`. */
  read(parts: readonly Unread[]): Promise<void>;
}

/** The rules in force cannot be read. The message is for people: what, why, and what to do about it. */
export class LiveRulesError extends Error {
  override readonly name = 'LiveRulesError';
}

/** The error for a command that failed; `said` is what it said of why. */
export function listingFailed(command: string, said: string): LiveRulesError {
  return new LiveRulesError(saysForbidden(said) ? notPermitted(command, said) : `${command} failed: ${said}`);
}
