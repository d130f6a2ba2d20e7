import { ToolError } from '../../../../backend/failure.ts';
import type { Reading, TableTitle } from '../../../../nftables/kernel-table.ts';
import { type ChainName, isClientSet, type SetName } from '../../../../nftables/names.ts';
import type { ListedElement } from '../../../../nftables/table/read-table.ts';
import type {
  Chain,
  Data,
  Key,
  Rule,
  SetDeclaration,
  TableSchema,
} from '../../../../nftables/table/table.ts';
import { ruleText } from '../../../../rules-text/nft/write/statement-text.ts';
import { notPermitted } from '../../../tool-words.ts';
import type { Attributes } from '../../netlink-attributes.ts';
import { readAnonymousSet } from '../anonymous-set.ts';
import { numberOf, textOf } from '../attributes.ts';
import { type DeclaredSet, kernelForm, readDeclaration, readKernelForm } from '../declared-set.ts';
import {
  chainAttributes,
  elementListAttributes,
  ruleAttributes,
  setAttributes,
  setFlags,
  tableAttributes,
} from '../kernel-numbers.ts';
import { type Asked, dumpNfTables, requestNfTables, textAttribute } from '../requests.ts';
import { type LookedIn, ruleJson, setsOf } from '../rule-json.ts';
import { lengthOf } from '../value-bytes.ts';
import { baseChainText } from './base-chain-text.ts';
import { readElements } from './element-reader.ts';

/**
 * Reads a table of ours by dumps of it alone, in the words that the transactions are made of; `undefined` where there is none. A
 * set that is declared as one of `sets` gets that declaration; a rule of a form that we never write is there with a text that none of
 * ours has. Throws a `ToolError`: `interrupted` where the rules changed meanwhile.
 */
export async function readKernelTable(
  table: TableTitle,
  { onElement, signal }: Reading = {},
): Promise<TableSchema | undefined> {
  const reader = new KernelTableReader(table, signal);
  if (!(await reader.readFlags()) || !(await reader.readSets())) return undefined;
  await reader.readChains();
  await reader.readRules();
  if (onElement !== undefined) await reader.readElements(onElement);
  return reader.table;
}

class KernelTableReader {
  readonly #title: TableTitle;
  readonly #signal: AbortSignal | undefined;
  #isDormant = false;
  readonly #sets = new Map<SetName, SetDeclaration>();
  /** Those whose elements are ours. */
  readonly #declared = new Map<SetName, DeclaredSet>();
  readonly #lookedIn = new Map<string, LookedIn | undefined>();
  readonly #chains = new Map<ChainName, Chain & { readonly rules: Rule[] }>();

  constructor(table: TableTitle, signal: AbortSignal | undefined) {
    this.#title = table;
    this.#signal = signal;
  }

  get table(): TableSchema {
    const schema = { sets: this.#sets, chains: this.#chains };
    return this.#isDormant ? { ...schema, isDormant: true } : schema;
  }

  /** Tells whether there may be such a table. */
  async readFlags(): Promise<boolean> {
    const { family, name } = this.#title;
    const content = [textAttribute(tableAttributes.name, name)];
    const [table] = await requestNfTables([{ get: 'table', family, content }]);
    const flags = typeof table === 'object' ? numberOf(table.find(tableAttributes.flags)) : undefined;
    this.#isDormant = ((flags ?? 0) & dormant) !== 0;
    return table !== 'absent';
  }

  /** Tells whether there is such a table. */
  async readSets(): Promise<boolean> {
    const content = [textAttribute(setAttributes.table, this.#title.name)];
    const sets = await this.#dump<Attributes>({ get: 'set', content }, (set, take) => take(set.copied()));
    for (const set of sets ?? []) this.#takeSet(set);
    return sets !== undefined;
  }

  async readChains(): Promise<void> {
    const chains = await this.#dump<Attributes>({ get: 'chain', content: [] }, (chain, take) => {
      if (textOf(chain.find(chainAttributes.table)) === this.#title.name) take(chain.copied());
    });
    for (const chain of chains ?? []) {
      const name = textOf(chain.find(chainAttributes.name)) as ChainName;
      this.#chains.set(name, { name, hook: baseChainText(chain), rules: [] });
    }
  }

  async readRules(): Promise<void> {
    const { family, name } = this.#title;
    const content = [textAttribute(ruleAttributes.table, name)];
    const rules = await this.#dump<Attributes>({ get: 'rule', content }, (rule, take) => take(rule.copied()));
    for (const rule of rules ?? []) {
      for (const set of setsOf(rule)) {
        if (!this.#lookedIn.has(set)) this.#lookedIn.set(set, await readAnonymousSet({ family, name }, set));
      }
      const json = ruleJson(rule, family, (set) => this.#lookedIn.get(set));
      const text = json === undefined ? unknownRule : ruleText(json.statements, json.comment);
      this.#chains.get(textOf(rule.find(ruleAttributes.chain)) as ChainName)?.rules.push(text as Rule);
    }
  }

  async readElements(onElement: (element: ListedElement) => void): Promise<void> {
    for (const [set, declared] of this.#declared) {
      const content = [
        textAttribute(elementListAttributes.table, this.#title.name),
        textAttribute(elementListAttributes.set, set),
      ];
      const elements = await this.#dump<ListedElement>({ get: 'element', content }, (reply, take) => {
        const list = reply.find(elementListAttributes.elements);
        if (list === undefined) return;
        readElements(list.bytes, list.start, list.end, declared, ({ key, data, packets }) =>
          take({ set, key: key as Key, data: data as Data, packets }),
        );
      });
      for (const element of elements ?? []) onElement(element);
    }
  }

  #takeSet(attributes: Attributes): void {
    if (((numberOf(attributes.find(setAttributes.flags)) ?? 0) & setFlags.anonymous) !== 0) return;
    const name = textOf(attributes.find(setAttributes.name)) as SetName;
    const form = readKernelForm(attributes);
    const wanted = this.#title.declaration(name);
    const declared = wanted && readDeclaration(wanted, this.#title.family);
    const isOurs = declared !== undefined && kernelForm(declared) === form;
    this.#sets.set(name, isOurs && wanted !== undefined ? wanted : otherSet(name, form));
    if (isOurs && !isClientSet(name)) this.#declared.set(name, declared);
    const dataLengths = typeof declared?.data === 'object' ? declared.data.map(lengthOf) : [];
    this.#lookedIn.set(name, { json: `@${name}`, keyParts: declared?.key.length ?? 1, dataLengths });
  }

  /** What `read` takes from the replies, once more where the rules changed meanwhile; `undefined` where there is no table. */
  async #dump<Part>(
    request: Omit<Asked, 'family'>,
    read: (reply: Attributes, take: (part: Part) => void) => void,
  ): Promise<readonly Part[] | undefined> {
    const asked = { ...request, family: this.#title.family };
    for (let tries = 0; tries < mostTries; tries += 1) {
      const taken: Part[] = [];
      const end = await dumpNfTables(asked, (reply) => read(reply, (part) => taken.push(part)), this.#signal);
      if (end === 'whole') return taken;
      if (end === 'absent') return undefined;
      if (end === 'forbidden') throw new ToolError('permission', notPermitted('nf_tables', 'EPERM'));
      if (end === 'unanswered') throw new ToolError('unable', 'the kernel does not list the table');
    }
    throw new ToolError('interrupted', 'the rules change faster than they can be read');
  }
}

/** NFT_TABLE_F_DORMANT. */
const dormant = 1;

/** A dump of 100,000 elements takes some 100 ms. */
const mostTries = 20;

/** A set of another form than ours; its text only says that it is another. */
function otherSet(name: SetName, form: string): SetDeclaration {
  return { name, kind: 'set', properties: [`of another form (${form})`] };
}

/** No rule of ours has this text. */
const unknownRule = 'a rule of a form that Portolan does not write';
