import type { ChainName, DispatchSet, SlotMap } from './names.ts';
import type { Data, Key } from './table/table.ts';

/** The counters of a table in the kernel. */
export interface TableCounters {
  /**
   * Answers the questions in their order, and looks at nothing else; tells whether there is such a table. Throws a `ToolError`,
   * after which some questions have their answers.
   */
  read(questions: Iterable<CounterQuestion>, signal?: AbortSignal): Promise<boolean>;
}

/** Which counter is asked for, and who hears of it. */
export type CounterQuestion = ElementQuestion | SlotsQuestion | ChainQuestion;

/** How many packets an element of a dispatch map has counted. */
export interface ElementQuestion {
  readonly of: 'element';
  readonly set: DispatchSet;
  readonly key: Key;
  /** What is asked only if this is missing; else it counts as missing. */
  readonly otherwise?: ElementQuestion | undefined;
  found(packets: number): void;
  missing(): void;
}

/** How many packets the slots of a frontend have counted, in the order of their numbers. */
export interface SlotsQuestion {
  readonly of: 'slots';
  readonly set: SlotMap;
  /** What their keys begin with, before the number. */
  readonly key: Key;
  /** How many there should be. Others behind them are found, too, up to the first that is missing. */
  readonly size: number;
  found(slot: number, packets: number, content: SlotContent): void;
  missing(slot: number): void;
}

/** How many packets the first rule of a chain that counts has counted. */
export interface ChainQuestion {
  readonly of: 'chain';
  readonly chain: ChainName;
  found(packets: number): void;
  missing(): void;
}

/** What a slot leads to; it changes with the next slot. */
export interface SlotContent {
  /** See `slotCode`. */
  readonly code: number;
  /** The data in words, which takes longer. */
  readonly data: Data;
}
