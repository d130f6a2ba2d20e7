import type { Family } from '../../../src/net/family.ts';
import type { Packet } from '../../../src/trace/packet.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import type { Facts } from '../equivalence/facts.ts';

/** The rules of a chain, each as a text. */
export interface ChainForms {
  readonly chain: string;
  readonly listed: readonly string[];
  /** `undefined` where a rule has a form that is not known. */
  readonly written: readonly string[] | undefined;
}

/** What an agent in a namespace is asked to do. */
export type LiveQuestion =
  /** Run a command with this input. */
  | { readonly ask: 'run'; readonly command: readonly string[]; readonly input: string }
  /** Every chain of a table of nftables, as nft lists it and as it is read off the kernel's own form. */
  | { readonly ask: 'chains'; readonly family: 'ip' | 'ip6'; readonly table: string }
  /** Walk packets through the rules in force, opened once; as on the node of the facts where there are some. */
  | {
      readonly ask: 'trace';
      readonly family: Family;
      readonly packets: readonly Packet[];
      readonly facts: Facts | undefined;
      /** In place of the usual PATH. */
      readonly path: string | undefined;
      /** A command that runs when the rules have been opened. */
      readonly meanwhile: readonly string[] | undefined;
    };

export type LiveAnswer =
  | { readonly chains: readonly ChainForms[] }
  | { readonly printed: string }
  | { readonly tables: readonly string[]; readonly traces: readonly Trace[] };
