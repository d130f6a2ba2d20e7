/** What a test asks the agent (nft-agent.ts) to do with its tool, and what it says. */

export type Question =
  | { readonly ask: 'apply' | 'check' | 'turns during apply'; readonly commands: string }
  | { readonly ask: 'list' | 'first line'; readonly words: readonly string[] }
  | { readonly ask: 'growth over transactions'; readonly count: number };

export type Answer =
  | { readonly value: number }
  | { readonly lines: readonly string[] }
  | { readonly failure: string; readonly message: string };

export interface Reply {
  readonly id: number;
  readonly answer: Answer;
}
