import { getSystemErrorMessage } from 'node:util';
import { ToolError } from '../../../../backend/failure.ts';
import type { FixedSet } from '../../../../nftables/names.ts';
import type {
  ChainQuestion,
  CounterQuestion,
  ElementQuestion,
  SlotsQuestion,
} from '../../../../nftables/table-counters.ts';
import { notPermitted } from '../../../tool-words.ts';
import { bodyOffset, headOf, messageKinds } from '../../messages.ts';
import type { NetlinkSocket } from '../../netlink-socket.ts';
import { unableTo } from '../bound-socket.ts';
import type { NftTitle } from '../requests.ts';
import { chainPackets } from './chain-packets.ts';
import { CountedElement } from './counted-element.ts';
import { ElementRequests, type RequestForm } from './element-requests.ts';

/** Asks for elements, as many at once as have room, and says what comes back to whoever has asked. */
export class CounterAnswers {
  readonly #socket: NetlinkSocket;
  readonly #title: NftTitle;
  readonly #forms: ReadonlyMap<FixedSet, RequestForm>;
  readonly #requests = new ElementRequests();
  /** What the requests are for, by their numbers. */
  readonly #asked: OfElements[] = [];
  readonly #slots: number[] = [];
  readonly #element = new CountedElement();
  #exchanges = 0;

  /** The maps that are asked for have forms of requests; others have no elements. */
  constructor(socket: NetlinkSocket, title: NftTitle, forms: ReadonlyMap<FixedSet, RequestForm>) {
    this.#socket = socket;
    this.#title = title;
    this.#forms = forms;
  }

  /** Yields where other work may be done in between. Throws a `ToolError`. */
  *answer(questions: Iterable<CounterQuestion>): Generator<undefined> {
    for (const question of questions) {
      // The one behind the last, to know that it is the last.
      const last = question.of === 'slots' ? question.size : 0;
      for (let slot = 0; slot <= last; slot += 1) {
        if (question.of === 'chain') this.#askChain(question);
        else this.#askElement(question, slot);
        if (this.#isDue()) yield;
      }
    }
    while (this.#requests.count > 0) {
      this.#exchange();
      if (this.#isDue()) yield;
    }
  }

  /** Whether other work may have waited for long. */
  #isDue(): boolean {
    if (this.#exchanges < exchangesAtOnce) return false;
    this.#exchanges = 0;
    return true;
  }

  #askChain(question: ChainQuestion): void {
    this.#exchanges += 1;
    const packets = orUnable(() => chainPackets(this.#socket, this.#title, question.chain));
    if (packets === undefined) question.missing();
    else question.found(packets);
  }

  #askElement(question: OfElements, slot: number): void {
    while (this.#requests.isFull) this.#exchange();
    const form = this.#forms.get(question.set);
    if (form === undefined) {
      for (const [next, of] of missed(question, slot)) this.#askElement(next, of);
      return;
    }
    const at = this.#requests.count;
    this.#asked[at] = question;
    this.#slots[at] = slot;
    this.#requests.add(form, question.key, question.of === 'slots' ? slot : undefined);
  }

  #exchange(): void {
    this.#exchanges += 1;
    const { count } = this.#requests;
    orUnable(() => this.#socket.sendNow(this.#requests.take()));
    const further: Next[] = [];
    for (let answers = 0; answers < count; answers += 1) {
      const answer = this.#socket.receiveNow();
      if (answer === undefined || answer === 'overrun') throw unanswered();
      this.#hear(answer, further);
    }
    for (const [question, slot] of further) this.#askElement(question, slot);
  }

  /** `further` takes what is to be asked next. */
  #hear(answer: Buffer, further: Next[]): void {
    const { type, sequence, errno } = headOf(answer);
    const question = this.#asked[sequence];
    const slot = this.#slots[sequence];
    if (question === undefined || slot === undefined) throw unanswered();
    if (type === messageKinds.error) {
      if (errno !== ENOENT) throw failureOf(errno);
      further.push(...missed(question, slot));
      return;
    }
    const element = this.#element;
    element.read(answer, bodyOffset, this.#forms.get(question.set)?.declared.data ?? []);
    if (question.of === 'element') {
      question.found(element.packets);
      question.otherwise?.missing();
      return;
    }
    question.found(slot, element.packets, element);
    if (slot >= question.size) further.push([question, slot + 1]);
  }
}

/** What is to be asked instead. */
function missed(question: OfElements, slot: number): readonly Next[] {
  question.missing(slot);
  return question.of === 'element' && question.otherwise !== undefined ? [[question.otherwise, 0]] : nothing;
}

const nothing: readonly Next[] = [];

/** A question, and of slots the number of the one that is asked for. */
type Next = readonly [question: OfElements, slot: number];

type OfElements = ElementQuestion | SlotsQuestion;

/** About 1 ms of work. */
const exchangesAtOnce = 8;

const ENOENT = 2;
const EPERM = 1;

function orUnable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unableTo(error);
  }
}

function failureOf(errno: number): ToolError {
  if (errno === EPERM) return new ToolError('permission', notPermitted('nf_tables', 'EPERM'));
  return new ToolError('unable', `the kernel does not look up an element: ${getSystemErrorMessage(-errno)}`);
}

function unanswered(): ToolError {
  return new ToolError('unable', 'the kernel does not answer');
}
