import type { Failure } from '../../../src/backend/failure.ts';
import type { ListDetail } from '../../../src/nftables/nft-tool.ts';

/** What a test asks the agent (nft-agent.ts) to do with its tool, and what it says. */

export type Question =
  | { readonly ask: 'apply' | 'check' | 'echo' | 'turns during apply'; readonly commands: string }
  | { readonly ask: 'list' | 'first line'; readonly words: readonly string[]; readonly detail?: ListDetail }
  | { readonly ask: 'growth over transactions'; readonly count: number };

export type Answer =
  | { readonly value: number }
  | { readonly lines: readonly string[] }
  | { readonly failure: Failure | 'another error'; readonly message: string };
