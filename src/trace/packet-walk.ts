import type { Address } from '../net/address.ts';
import type { Field, Rule, Scalar } from '../rules-text/rule.ts';
import type { Hook, Ruleset, RuleTable } from '../rules-text/ruleset.ts';
import { Assumptions, conditionText, questionText } from './assumptions.ts';
import { baseChainsOf, type PlacedBaseChain } from './base-chains.ts';
import type { NodeView, Packet } from './packet.ts';
import { applyRule, type PacketContext, type RuleEnd } from './rule/apply-rule.ts';
import type { Environment, Evaluated, Found, Question } from './rule/environment.ts';
import { PacketState } from './rule/packet-state.ts';
import { type PlacedRule, rulesFor } from './rule-index.ts';
import type { Effect, Option, Outcome, Step } from './trace.ts';
import { UnreadParts } from './unread.ts';

/** What is walked through, and what is taken for granted of it on any path. */
export interface WalkInput {
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly node: NodeView;
  readonly assumptions: Set<string>;
}

/** A part of a path: to its end, or to where it forks, with a walk for each option. */
export type Segment = { readonly steps: readonly Step[]; readonly outcome: Outcome } | ForkedSegment;

export interface ForkedSegment {
  readonly steps: readonly Step[];
  readonly options: readonly Option[];
  readonly walks: readonly PacketWalk[];
  /** Equal for walks that go on alike as long as they answer alike. */
  readonly place: string;
  /** The answers given so far. */
  readonly answers: Assumptions;
}

/** A chain that is being followed. */
interface Frame {
  readonly table: RuleTable;
  readonly chain: string;
  readonly rules: readonly PlacedRule[];
  /** The index of the rule that comes next. */
  readonly at: number;
  /** The steps of the calls that led here and that the chain's end undoes, where nothing has come of them. */
  readonly calls: readonly Call[];
}

interface Call {
  /** Of this segment; calls from before a fork stay. */
  readonly steps: readonly Step[];
  readonly at: number;
}

/**
 * A packet on its path through hooks, base chains and chains. It stops where the path forks, and each branch goes on with a
 * copy: so what all paths have in common is walked once.
 */
export class PacketWalk implements Environment, PacketContext {
  readonly #input: WalkInput;
  readonly state: PacketState;
  readonly #assumed: Assumptions;
  readonly #remembered: Map<string, boolean>;
  readonly #steps: Step[] = [];
  /** The questions whose answers it went by, but those about interfaces. */
  readonly asked = new Set<string>();
  #isAccepted = false;
  #bases: readonly PlacedBaseChain[] = [];
  /** How many of them have been passed or are being. */
  #entered = 0;
  #frames: readonly Frame[] = [];
  /** The choices of the rule that comes next, and how many of them it has taken. */
  #script: readonly number[] = [];
  #taken = 0;

  /** A walk from the start, or from where another one is. */
  constructor(input: WalkInput, origin?: PacketWalk) {
    this.#input = input;
    if (origin === undefined) {
      this.state = new PacketState(input.packet, input.node);
      this.#assumed = new Assumptions();
      this.#remembered = new Map();
      this.#comeTo(this.state.isFromNode ? 'output' : 'prerouting');
      return;
    }
    this.state = origin.state.copy();
    this.#assumed = origin.#assumed.copy();
    this.#remembered = new Map(origin.#remembered);
    this.#isAccepted = origin.#isAccepted;
    this.#bases = origin.#bases;
    this.#entered = origin.#entered;
    this.#frames = origin.#frames;
  }

  /** Goes on. Throws an `UnreadParts` where it comes to what has not been read. */
  advance(): Segment {
    for (;;) {
      const frame = this.#frames.at(-1);
      const result = frame === undefined ? this.#enterNext() : this.#passRule(frame);
      if (result === undefined) continue;
      if ('options' in result) return { ...result, steps: this.#steps };
      this.#steps.push({ kind: 'end', outcome: result });
      return { steps: this.#steps, outcome: result };
    }
  }

  /** To the next base chain of the hook, or the next hook, or the end. */
  #enterNext(): Outcome | undefined {
    const { state } = this;
    const end = endSettledAt[state.hook];
    const next = this.#bases[this.#entered];
    if (next === undefined) {
      // Where no rule had NAT in mind, the connection is settled all the same (nf_nat_alloc_null_binding).
      if (end !== undefined) state.settled[end] = true;
      const hook = hookAfter(state);
      return hook === undefined ? this.#arrive() : this.#comeTo(hook);
    }
    this.#entered += 1;
    const { table, base } = next;
    if (base.type === 'nat' && (end === undefined || state.settled[end] || !state.isTracked))
      return undefined;
    state.priority = base.priority;
    return this.#enter(table, base.name, []);
  }

  #comeTo(hook: Hook): undefined {
    // The loopback interface gives the node's packet back, with its connection: no NAT is looked up again.
    if (this.state.hook === 'postrouting' && hook === 'prerouting') this.state.isLooped = true;
    this.state.hook = hook;
    this.#steps.push({ kind: 'hook', hook });
    this.#bases = baseChainsOf(this.#input.ruleset, hook);
    this.#entered = 0;
  }

  #arrive(): Outcome {
    if (this.state.hasDestinationNat) return this.#outcome('dnat');
    return this.#outcome(this.#isAccepted ? 'accept' : 'untouched');
  }

  #outcome(verdict: Outcome['verdict']): Outcome {
    const { endpoint, newSource } = this.state;
    return { verdict, destination: endpoint, masquerade: newSource !== undefined };
  }

  #passRule(frame: Frame): Outcome | Omit<ForkedSegment, 'steps'> | undefined {
    const placed = frame.rules[frame.at];
    if (placed === undefined) return this.#leave(frame);
    const before = this.#script.length > 0 || changes(placed.rule) ? new PacketWalk(this.#input, this) : this;
    const length = this.#steps.length;
    this.#taken = 0;
    try {
      const end = applyRule(placed.rule, this);
      this.#script = [];
      return this.#conclude(end, frame);
    } catch (error) {
      if (!(error instanceof Fork)) throw error;
      this.#steps.length = length;
      const { options } = error;
      return {
        options,
        walks: options.map((_, at) => before.#branch([...this.#script, at])),
        place: before.#placeWith(this.#script),
        answers: before.#assumed,
      };
    }
  }

  #placeWith(script: readonly number[]): string {
    const { tables } = this.#input.ruleset;
    return JSON.stringify([
      this.state.key,
      this.#isAccepted,
      this.#entered,
      this.#frames.map(({ table, chain, at }) => [tables.indexOf(table), chain, at]),
      script,
      [...this.#remembered],
      this.#assumed.ofInterfaces,
    ]);
  }

  #branch(script: readonly number[]): PacketWalk {
    const branch = new PacketWalk(this.#input, this);
    branch.#script = script;
    return branch;
  }

  #conclude(end: RuleEnd, frame: Frame): Outcome | undefined {
    if (end === 'through') return this.#leave(frame);
    if (end === 'accept') return this.#accept();
    if (end === 'next') return this.#goOn({ ...frame, at: frame.at + 1 });
    if ('ended' in end) return this.#outcome(end.ended);
    const call = { steps: this.#steps, at: this.#steps.length - 1 };
    if (end.call === 'jump') this.#goOn({ ...frame, at: frame.at + 1 });
    else this.#frames = this.#frames.slice(0, -1);
    return this.#enter(frame.table, end.chain, end.call === 'jump' ? [call] : [...frame.calls, call]);
  }

  #goOn(frame: Frame): undefined {
    this.#frames = [...this.#frames.slice(0, -1), frame];
  }

  #enter(table: RuleTable, chain: string, calls: readonly Call[]): Outcome | undefined {
    const rules = table.chain(chain);
    if (rules === 'unread') throw new UnreadParts([{ table: table.name, chain }]);
    const isLost = rules === 'absent' || this.#frames.length + calls.length > deepest;
    const frame = { table, chain, rules: isLost ? [] : rulesFor(rules, this.state), at: 0, calls };
    this.#frames = [...this.#frames, frame];
    if (!isLost) return undefined;
    const what = rules === 'absent' ? 'is not in the listing' : 'calls itself';
    this.record({ kind: 'unknown', text: `chain ${chain} ${what}` });
    return this.#outcome('unknown');
  }

  /** The chain is at its end: calls that came to nothing are no part of the path. */
  #leave({ calls }: Frame): Outcome | undefined {
    this.#frames = this.#frames.slice(0, -1);
    for (const { steps, at } of calls.toReversed())
      if (steps === this.#steps && steps.slice(at + 1).every(isReturn)) this.#steps.length = at;
    return this.#frames.length === 0 ? this.#obeyPolicy() : undefined;
  }

  #accept(): undefined {
    const { base } = this.#bases[this.#entered - 1] ?? {};
    if (base?.type === 'filter' && filtering.has(this.state.hook)) this.#isAccepted = true;
    this.#frames = [];
  }

  #obeyPolicy(): Outcome | undefined {
    const { base, table } = this.#bases[this.#entered - 1] ?? {};
    if (base?.policy !== 'drop' || table === undefined) return undefined;
    this.#steps.push({ kind: 'policy', hook: this.state.hook, table: table.name, chain: base.name });
    return this.#outcome('drop');
  }

  record(effect: Effect, comment = '', element?: string): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    const { rule, position } = frame.rules[frame.at] ?? nowhere;
    const step = {
      kind: 'rule',
      hook: this.state.hook,
      table: frame.table.name,
      chain: frame.chain,
      position,
      rule: rule.text,
      comment: comment || rule.comment,
      effect,
    } as const;
    this.#steps.push(element === undefined ? step : { ...step, element });
    if (effect.kind === 'destination-nat') this.#assumed.forget('output-interface');
  }

  field(field: Field): Evaluated {
    const evaluated = this.state.field(field);
    const { inputInterface, source } = this.state.packet;
    if (
      field === 'input-interface' &&
      evaluated.kind === 'known' &&
      !inputInterface &&
      !this.state.isFromNode
    )
      this.#input.assumptions.add(`the packet comes in by ${evaluated.value}, which leads back to ${source}`);
    return evaluated;
  }

  findNamed(set: string, keys: readonly (readonly Scalar[])[]): readonly Found[] {
    const { table } = this.#frames.at(-1) ?? {};
    const elements = table?.set(set) ?? 'absent';
    if (elements === 'absent')
      return keys.map(() => ({ unknown: `set ${set}, which is not in the listing` }));
    if (elements === 'unread') throw new UnreadParts([{ table: table?.name ?? '', set }]);
    const found = keys.map((key) => elements.find(key));
    const unread = keys.filter((_, at) => found[at] === 'unread');
    if (unread.length > 0)
      throw new UnreadParts(unread.map((key) => ({ table: table?.name ?? '', set, key })));
    return found.map((element) => (typeof element === 'string' ? 'absent' : { element }));
  }

  choose(options: readonly Option[]): number {
    const chosen = this.#script[this.#taken];
    if (chosen === undefined) throw new Fork(options);
    this.#taken += 1;
    return chosen;
  }

  known(question: Question): boolean | undefined {
    if (question.kind === 'other') this.asked.add(question.text);
    return this.#assumed.known(question);
  }

  ask(question: Question): boolean {
    const known = this.known(question);
    if (known !== undefined) return known;
    const answer =
      this.choose(
        [true, false].map((one) => ({
          share: undefined,
          condition: conditionText(question, one),
          question: questionText(question),
          answer: one,
        })),
      ) === 0;
    this.#assumed.learn(question, answer);
    return answer;
  }

  /** A client that nobody knows of is taken for a new one. */
  remembers(list: string, address: Address, seconds: number | undefined): boolean {
    const { node, assumptions } = this.#input;
    const known = this.#remembered.get(`${list} ${address}`) ?? node.remembers(list, address, seconds);
    if (known === undefined)
      assumptions.add(`${address} is a client that no list of xt_recent remembers yet`);
    return known ?? false;
  }

  remember(list: string, address: Address, is: boolean): void {
    this.#remembered.set(`${list} ${address}`, is);
  }
}

/** Thrown by a rule that comes to a choice which its script does not have. */
class Fork {
  readonly options: readonly Option[];
  constructor(options: readonly Option[]) {
    this.options = options;
  }
}

/** Whether a rule may have changed something before it comes to a choice. */
function changes({ statements }: Rule): boolean {
  return statements.some(
    ({ kind }, at) =>
      at < statements.length - 1 && (kind === 'assign' || kind === 'untrack' || kind === 'recent'),
  );
}

/** The order of the hooks; where to after the first one, is known only after the NAT of the destination. */
function hookAfter(state: PacketState): Hook | undefined {
  switch (state.hook) {
    case 'prerouting':
      return state.isForNode ? 'input' : 'forward';
    case 'forward':
    case 'output':
      return 'postrouting';
    case 'postrouting':
      return state.isFromNode && state.isForNode && !state.isLooped ? 'prerouting' : undefined;
    case 'input':
      return undefined;
  }
}

/** Which end of a connection the NAT of a hook is about. */
const endSettledAt: Readonly<Record<Hook, 'destination' | 'source' | undefined>> = {
  prerouting: 'destination',
  input: 'source',
  forward: undefined,
  output: 'destination',
  postrouting: 'source',
};

/** The hooks where an accept of a filter says that the packet may pass. */
const filtering: ReadonlySet<Hook> = new Set(['input', 'forward', 'output']);

/** nft allows 16 calls in each other; iptables so many as fit. */
const deepest = 100;

/** A chain that is not there has no rule. */
const nowhere = { rule: { text: '', comment: '' }, position: 0 } as const;

function isReturn(step: Step): boolean {
  return step.kind === 'rule' && step.effect.kind === 'return';
}
