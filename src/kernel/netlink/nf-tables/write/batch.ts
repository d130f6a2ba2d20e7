import type { TableTitle } from '../../../../nftables/kernel-table.ts';
import type { SetName } from '../../../../nftables/names.ts';
import type { Step, Transaction } from '../../../../nftables/table/table-transaction.ts';
import { readBaseChain } from '../../../../rules-text/nft/base-chain.ts';
import type { RuleContext } from '../../../../rules-text/nft/expression/read-expression.ts';
import { readRule } from '../../../../rules-text/nft/read-nft-rule.ts';
import { namedTypes } from '../../../../rules-text/nft/set/declare-set.ts';
import { MessageWriter } from '../../message-writer.ts';
import { type DeclaredSet, readDeclaration, setNumbers } from '../declared-set.ts';
import {
  batchGeneration,
  batchTypes,
  chainAttributes,
  elementListAttributes,
  expressionAttributes,
  familyNumbers,
  hookAttributes,
  hookNumbers,
  messageFlags,
  messageTypes,
  ruleAttributes,
  setAttributes,
  setDescription,
  subsystem,
  tableAttributes,
  verdictCodes,
} from '../kernel-numbers.ts';
import { commentBytes } from '../user-data.ts';
import { lengthOfParts, type ValueType } from '../value-bytes.ts';
import { AnonymousSets, nameAnonymousSet, writeAnonymousSet, writeBound } from './anonymous-sets.ts';
import { ElementWriter } from './element-writer.ts';
import type { IpFamily } from './registers.ts';
import { writeStatements } from './statements.ts';
import { NoKernelForm } from './write-expression.ts';
import { anyGeneration, type Batch, WrittenBatch, type WrittenMessage } from './written-batch.ts';

/** Writes transactions of one table as batches. */
export class BatchWriter {
  readonly #writer = new MessageWriter(1 << 16);
  readonly #family: IpFamily;
  readonly #table: string;
  readonly #declaration: TableTitle['declaration'];
  readonly #sets = new Map<SetName, DeclaredSet>();
  #messages: WrittenMessage[] = [];
  #setIds = 0;
  readonly #nextSetId = () => (this.#setIds += 1);
  #anonymous = new AnonymousSets(this.#nextSetId);

  constructor({ family, name, declaration }: TableTitle) {
    this.#family = family;
    this.#table = name;
    this.#declaration = declaration;
  }

  /**
   * The batch of these steps, the last of which the kernel acknowledges. One to `check` has no end: the kernel looks at all of it and
   * drops it (nfnetlink_rcv_batch in net/netfilter/nfnetlink.c). Throws a `NoKernelForm`.
   */
  write(transaction: Transaction, purpose: 'apply' | 'check' = 'apply'): Batch {
    this.#writer.clear();
    this.#messages = [];
    this.#anonymous = new AnonymousSets(this.#nextSetId);
    this.#bound(batchTypes.begin, () => this.#writer.number(batchGeneration, anyGeneration));
    for (const step of transaction) this.#step(step);
    const last = this.#messages.at(-1);
    if (last !== undefined) this.#writer.addFlags(last.start, messageFlags.ack);
    if (purpose === 'apply') this.#bound(batchTypes.end);
    return new WrittenBatch(this.#writer.written, this.#messages);
  }

  #declared(name: SetName): DeclaredSet {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const set = this.#declaration(name);
    if (set === undefined) throw new NoKernelForm(`nothing is known of a set ${name}`);
    const declared = readDeclaration(set, this.#family);
    this.#sets.set(name, declared);
    return declared;
  }

  #bound(type: number, fill = () => {}): void {
    const sequence = this.#messages.length;
    this.#messages.push({ start: this.#writer.length, text: 'the transaction' });
    const header = { type, flags: messageFlags.request, sequence, family: 0, resource: subsystem };
    this.#writer.message(header, fill);
  }

  #message(type: number, flags: number, text: string, fill: () => void, keys?: WrittenMessage['keys']): void {
    const header = {
      type,
      flags: messageFlags.request | flags,
      sequence: this.#messages.length,
      family: familyNumbers[this.#family],
    };
    this.#messages.push({ start: this.#writer.length, text, keys });
    this.#writer.message(header, fill);
  }

  #step(step: Step): void {
    switch (step.kind) {
      case 'add-table':
        this.#addTable();
        break;
      case 'delete-table':
        // Only what is there can be deleted, and adding what is there changes nothing.
        this.#tableMessage(messageTypes.newTable, messageFlags.create);
        this.#tableMessage(messageTypes.delTable, 0);
        break;
      case 'add-set':
        this.#addSet(readDeclaration(step.set, this.#family));
        break;
      case 'delete-set':
        this.#named(messageTypes.delSet, `set ${step.name}`, step.name, setAttributes.name);
        break;
      case 'add-chain':
        this.#addChain(step.chain);
        break;
      case 'flush-chain':
        this.#named(messageTypes.delRule, `the rules of chain ${step.name}`, step.name, ruleAttributes.chain);
        break;
      case 'delete-chain':
        this.#named(messageTypes.delChain, `chain ${step.name}`, step.name, chainAttributes.name);
        break;
      case 'add-rules':
        for (const rule of step.rules) this.#addRule(step.name, rule);
        break;
      case 'add-elements':
        this.#elements(messageTypes.newElement, messageFlags.create, step.set, step.elements);
        break;
      case 'delete-elements':
        this.#elements(messageTypes.delElement, 0, step.set, step.keys);
    }
  }

  /** A message about something of the table that has this name in this attribute. */
  #named(type: number, subject: string, name: string, attribute: number): void {
    this.#message(type, 0, subject, () => {
      this.#writer.text(tableAttributes.name, this.#table);
      this.#writer.text(attribute, name);
    });
  }

  /** Without flags: one that is there and dormant wakes. */
  #addTable(): void {
    this.#message(messageTypes.newTable, messageFlags.create, `table ${this.#table}`, () => {
      this.#writer.text(tableAttributes.name, this.#table);
      this.#writer.number(tableAttributes.flags, 0);
    });
  }

  #tableMessage(type: number, flags: number): void {
    this.#message(type, flags, `table ${this.#table}`, () =>
      this.#writer.text(tableAttributes.name, this.#table),
    );
  }

  #addSet(set: DeclaredSet): void {
    const writer = this.#writer;
    const { flags, keyType, dataType } = setNumbers(set);
    this.#message(messageTypes.newSet, messageFlags.create, `set ${set.name}`, () => {
      writer.text(setAttributes.table, this.#table);
      writer.text(setAttributes.name, set.name);
      writer.number(setAttributes.flags, flags);
      writer.number(setAttributes.keyType, keyType);
      writer.number(setAttributes.keyLength, lengthOfParts(set.key));
      if (dataType !== 0) writer.number(setAttributes.dataType, dataType);
      if (typeof set.data === 'object' && set.data.length > 0)
        writer.number(setAttributes.dataLength, lengthOfParts(set.data));
      writer.number(setAttributes.id, this.#nextSetId());
      this.#describe(set);
    });
  }

  #describe({ size, hasCounters }: DeclaredSet): void {
    const writer = this.#writer;
    if (size !== undefined)
      writer.nest(setAttributes.description, () => writer.number(setDescription.size, size));
    if (hasCounters)
      writer.nest(setAttributes.expression, () => {
        writer.text(expressionAttributes.name, 'counter');
        writer.nest(expressionAttributes.data, () => {});
      });
  }

  #addChain({ name, hook }: { readonly name: string; readonly hook: string | undefined }): void {
    const writer = this.#writer;
    const base = hook === undefined ? undefined : readBaseChain(name, hook);
    if (base === 'other' || (hook !== undefined && base === undefined))
      throw new NoKernelForm(`"${hook}" is no hook of ours`);
    this.#message(messageTypes.newChain, messageFlags.create, `chain ${name}`, () => {
      writer.text(chainAttributes.table, this.#table);
      writer.text(chainAttributes.name, name);
      if (base === undefined) return;
      writer.text(chainAttributes.type, base.type);
      writer.nest(chainAttributes.hook, () => {
        writer.number(hookAttributes.number, hookNumbers[base.hook]);
        writer.signed(hookAttributes.priority, base.priority);
      });
      writer.number(chainAttributes.policy, verdictCodes[base.policy]);
    });
  }

  #addRule(chain: string, text: string): void {
    const writer = this.#writer;
    const rule = readRule(text, this.#context);
    for (const set of this.#anonymous.add(rule, this.#family)) {
      this.#message(messageTypes.newSet, messageFlags.create, `a set in a rule of chain ${chain}`, () =>
        writeAnonymousSet(writer, this.#table, set),
      );
      this.#lists(
        {
          type: messageTypes.newElement,
          flags: messageFlags.create,
          text: `a set in a rule of chain ${chain}`,
        },
        () => nameAnonymousSet(writer, this.#table, set),
        set.bounds,
        (bound) => writeBound(writer, set, bound),
      );
    }
    this.#message(
      messageTypes.newRule,
      messageFlags.create | messageFlags.append,
      `rule "${text}" of chain ${chain}`,
      () => {
        writer.text(ruleAttributes.table, this.#table);
        writer.text(ruleAttributes.chain, chain);
        writer.nest(ruleAttributes.expressions, () =>
          writeStatements({ writer, family: this.#family }, rule, this.#anonymous),
        );
        if (rule.comment !== '') writer.bytes(ruleAttributes.userData, commentBytes(rule.comment));
      },
    );
  }

  get #context(): RuleContext {
    return {
      family: this.#family === 'ip' ? 'IPv4' : 'IPv6',
      declaration: (name) => declarationOf(this.#declared(name as SetName)),
      block: () => {
        throw new NoKernelForm('no rule of ours has chains within it');
      },
    };
  }

  #elements(
    type: number,
    flags: number,
    set: SetName,
    elements: readonly (string | readonly [key: string, data: string])[],
  ): void {
    const writer = this.#writer;
    const elementWriter = new ElementWriter(writer, this.#declared(set));
    this.#lists(
      { type, flags, text: `of ${set}`, keyOf },
      () => {
        writer.text(elementListAttributes.table, this.#table);
        writer.text(elementListAttributes.set, set);
      },
      elements,
      (element) => elementWriter.write(keyOf(element), typeof element === 'object' ? element[1] : ''),
    );
  }

  /** Elements in as many messages as it takes: the kernel has 16 bits for the length of a list. */
  #lists<Item>(
    { type, flags, text, keyOf }: ListMessage<Item>,
    name: () => void,
    items: readonly Item[],
    write: (item: Item) => void,
  ): void {
    const writer = this.#writer;
    let next = 0;
    const fill = () => {
      name();
      const list = writer.open(elementListAttributes.elements);
      for (; writer.length - list < longestList; next += 1) {
        const item = items[next];
        if (item === undefined) break;
        write(item);
      }
      writer.close(list);
    };
    while (next < items.length) {
      const first = next;
      const keys = keyOf && ((index: number) => keyOf(items[first + index]));
      this.#message(type, flags, text, fill, keys);
    }
  }
}

/** What messages with elements are, and are about. */
interface ListMessage<Item> {
  readonly type: number;
  readonly flags: number;
  readonly text: string;
  readonly keyOf?: (item: Item | undefined) => string;
}

function keyOf(element: string | readonly [key: string, data: string] | undefined): string {
  return typeof element === 'object' ? element[0] : (element ?? '');
}

/** Bytes, so that the longest element still fits into 16 bits. */
const longestList = 0xf000;

function declarationOf(set: DeclaredSet): ReturnType<RuleContext['declaration']> {
  const types = (names: readonly ValueType[]) => namedTypes(names.join(' . '));
  return {
    kind: set.data === 'verdict' || set.data.length > 0 ? 'map' : 'set',
    name: set.name,
    key: types(set.key),
    data: set.data === 'verdict' ? set.data : set.data.length === 0 ? undefined : types(set.data),
    hasIntervals: false,
    givesRanges: false,
  };
}
