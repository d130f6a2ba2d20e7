import type { Address } from '../net/address.ts';
import type { Hook } from '../rules-text/ruleset.ts';

/**
 * What the rules do with a packet. `varies`: not the same at every time, as chance decides. `unknown`: what the rules ask
 * cannot be known from here, and it makes a difference.
 */
export type TraceVerdict = 'dnat' | 'reject' | 'drop' | 'accept' | 'untouched' | 'varies' | 'unknown';

/** All that can become of a packet. */
export interface Trace {
  readonly verdict: TraceVerdict;
  /** Where connections with another destination than their own may go, each once, sorted. */
  readonly endpoints: readonly TracedEndpoint[];
  /** Whether the sender is hidden, on any path; `endpoints` say on which. */
  readonly masquerade: boolean;
  /** Questions that cannot be answered from here, and whose answers make a difference: `it leaves by docker0`. */
  readonly unknowns: readonly string[];
  /** What is taken for granted, in words: `no list of xt_recent remembers the client`. */
  readonly assumptions: readonly string[];
  /** The rules that mattered, in order; a fork is always the last. */
  readonly path: readonly Step[];
}

export interface TracedEndpoint {
  /** `ip:port`. */
  readonly endpoint: string;
  /** The part of the connections that it gets, 0 to 1; where something is unknown, the largest that it may get. */
  readonly share: number;
  readonly masquerade: boolean;
}

export type Step =
  /** The packet comes to a hook. */
  | { readonly kind: 'hook'; readonly hook: Hook }
  | RuleStep
  /** No rule of a base chain ended it: its policy is drop. */
  | { readonly kind: 'policy'; readonly hook: Hook; readonly table: string; readonly chain: string }
  /** What comes next depends on chance, or on something that cannot be known. */
  | { readonly kind: 'fork'; readonly branches: readonly Branch[] }
  /** The path ends here. */
  | { readonly kind: 'end'; readonly outcome: Outcome };

/** A rule that matched and did something. */
export interface RuleStep {
  readonly kind: 'rule';
  readonly hook: Hook;
  readonly table: string;
  readonly chain: string;
  /** From 1, as `iptables -L --line-numbers` counts; 0 where the chain itself is not there. */
  readonly position: number;
  readonly rule: string;
  /** The comment of the element that it found, else the rule's own. */
  readonly comment: string;
  /** The element of a verdict map that decided: its key, as nft writes it. */
  readonly element?: string;
  readonly effect: Effect;
}

/** One of several paths on. */
export interface Option {
  /** The part of the packets that take it, of those at the fork; `undefined` where it cannot be known. */
  readonly share: number | undefined;
  /** In words: `at random`, `if it leaves by docker0 (unknown from here)`. */
  readonly condition: string;
  /** What cannot be known from here, and the answer on this path: `it leaves by docker0`, true. */
  readonly question?: string;
  readonly answer?: boolean;
}

export interface Branch extends Option {
  readonly path: readonly Step[];
}

export type Effect =
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'accept' | 'drop' | 'return' | 'masquerade' | 'untrack' }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'mark'; readonly mark: bigint; readonly field: 'mark' | 'ct-mark' }
  | {
      readonly kind: 'destination-nat' | 'source-nat';
      readonly address: Address;
      readonly port: number | undefined;
    }
  | { readonly kind: 'unknown'; readonly text: string };

export interface Outcome {
  readonly verdict: Exclude<TraceVerdict, 'varies'>;
  /** Where the packet goes then, `ip:port`. */
  readonly destination: string;
  readonly masquerade: boolean;
}
