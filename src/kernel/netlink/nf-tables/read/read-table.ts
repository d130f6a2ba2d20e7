import { setImmediate } from 'node:timers/promises';
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
import { type Attributes, bytesOf, textAttribute, textOf } from '../../netlink-attributes.ts';
import { readAnonymousSet } from '../anonymous-set.ts';
import { numberOf } from '../attributes.ts';
import { type DeclaredSet, kernelForm, readDeclaration, readKernelForm } from '../declared-set.ts';
import {
  chainAttributes,
  elementListAttributes,
  ruleAttributes,
  setAttributes,
  setFlags,
  tableAttributes,
} from '../kernel-numbers.ts';
import { type Asked, dumpNfTables, requestNfTables } from '../requests.ts';
import { type LookedIn, ruleJson, setsOf } from '../rule-json.ts';
import { lengthOf } from '../value-bytes.ts';
import { baseChainText } from './base-chain-text.ts';
import { readElements } from './element-reader.ts';

/**
 * Reads a table of ours by dumps of it alone, in the words that the transactions are made of; `undefined` where there is none. A
 * set that is declared as `declaration` says gets that; a rule of a form that we never write is there with a text that none of
 * ours has. Throws a `ToolError`.
 */
export async function readKernelTable(
  table: TableTitle,
  { onElement, rulesByHandle = new Map(), signal }: Reading = {},
): Promise<TableSchema | undefined> {
  const reader = new KernelTableReader(table, signal);
  if (!(await reader.readTable()) || !(await reader.readSets())) return undefined;
  await reader.readChains();
  await reader.readRules(rulesByHandle);
  if (onElement !== undefined) await reader.readElements(onElement);
  return reader.table;
}

class KernelTableReader {
  readonly #title: TableTitle;
  readonly #signal: AbortSignal | undefined;
  #isDormant = false;
  /** The kernel gives no other table of the network namespace the same. */
  #handle = 0n;
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
  async readTable(): Promise<boolean> {
    const { family, name } = this.#title;
    const content = [textAttribute(tableAttributes.name, name)];
    const [table] = await requestNfTables([{ get: 'table', family, content }]);
    const flags = typeof table === 'object' ? numberOf(table.find(tableAttributes.flags)) : undefined;
    this.#isDormant = ((flags ?? 0) & dormant) !== 0;
    this.#handle = typeof table === 'object' ? handleOf(table.find(tableAttributes.handle)) : 0n;
    return table !== 'absent';
  }

  /** Tells whether there is such a table. */
  async readSets(): Promise<boolean> {
    const content = [textAttribute(setAttributes.table, this.#title.name)];
    const sets = await this.#dump({ get: 'set', content });
    for (const set of sets ?? []) this.#takeSet(set);
    return sets !== undefined;
  }

  async readChains(): Promise<void> {
    const chains = await this.#dump(
      { get: 'chain', content: [] },
      (chain) => textOf(chain.find(chainAttributes.table)) === this.#title.name,
    );
    for (const chain of chains ?? []) {
      const name = textOf(chain.find(chainAttributes.name)) as ChainName;
      this.#chains.set(name, { name, hook: baseChainText(chain), rules: [] });
    }
  }

  /** `known` has the rules by their handles, and afterwards those of this table alone. */
  async readRules(known: Map<string, Rule>): Promise<void> {
    const content = [textAttribute(ruleAttributes.table, this.#title.name)];
    const rules = await this.#dump({ get: 'rule', content });
    const handles = new Set<string>();
    let written = 0;
    for (const rule of rules ?? []) {
      const handle = `${this.#handle} ${handleOf(rule.find(ruleAttributes.handle))}`;
      let text = known.get(handle);
      if (text === undefined) {
        text = await this.#textOf(rule);
        known.set(handle, text);
        written += 1;
        if (written % rulesAtOnce === 0) await setImmediate();
      }
      handles.add(handle);
      this.#chains.get(textOf(rule.find(ruleAttributes.chain)) as ChainName)?.rules.push(text);
    }
    for (const handle of known.keys()) if (!handles.has(handle)) known.delete(handle);
  }

  async #textOf(rule: Attributes): Promise<Rule> {
    const { family, name } = this.#title;
    for (const set of setsOf(rule)) {
      if (!this.#lookedIn.has(set)) this.#lookedIn.set(set, await readAnonymousSet({ family, name }, set));
    }
    const json = ruleJson(rule, family, (set) => this.#lookedIn.get(set));
    return (json === undefined ? unknownRule : ruleText(json.statements, json.comment)) as Rule;
  }

  async readElements(onElement: (element: ListedElement) => void): Promise<void> {
    for (const [set, declared] of this.#declared) {
      const content = [
        textAttribute(elementListAttributes.table, this.#title.name),
        textAttribute(elementListAttributes.set, set),
      ];
      // The replies are less than what is read from them, and it need not be there all at once.
      for (const reply of (await this.#dump({ get: 'element', content })) ?? []) {
        const list = reply.find(elementListAttributes.elements);
        if (list === undefined) continue;
        readElements(list.bytes, list.start, list.end, declared, ({ key, data, packets }) =>
          onElement({ set, key: key as Key, data: data as Data, packets }),
        );
        await setImmediate();
      }
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

  /**
   * The replies that are wanted; `undefined` where there is no table. Once more where rules changed meanwhile, but not for ever:
   * mostly it is another table that changes, and the dump is right all the same.
   */
  async #dump(
    request: Omit<Asked, 'family'>,
    isWanted: (reply: Attributes) => boolean = () => true,
  ): Promise<readonly Attributes[] | undefined> {
    const asked = { ...request, family: this.#title.family };
    for (let tries = 1; ; tries += 1) {
      const replies: Attributes[] = [];
      const take = (reply: Attributes) => {
        if (isWanted(reply)) replies.push(reply.copied());
      };
      const end = await dumpNfTables(asked, take, this.#signal);
      if (end === 'whole' || (end === 'changed' && tries === mostTries)) return replies;
      if (end === 'absent') return undefined;
      if (end === 'forbidden') throw new ToolError('permission', notPermitted('nf_tables', 'EPERM'));
      if (end === 'unanswered') throw new ToolError('unable', 'the kernel does not list the table');
    }
  }
}

/** A dump of 100,000 elements takes some 100 ms. */
const mostTries = 4;

/** Rules that are written as texts without yielding: about 10 ms. */
const rulesAtOnce = 500;

/** NFT_TABLE_F_DORMANT. */
const dormant = 1;

function handleOf(attribute: Attributes | undefined): bigint {
  return bytesOf(attribute)?.readBigUInt64BE(0) ?? 0n;
}

/** A set of another form than ours; its text only says that it is another. */
function otherSet(name: SetName, form: string): SetDeclaration {
  return { name, kind: 'set', properties: [`of another form (${form})`] };
}

/** No rule of ours has this text. */
const unknownRule = 'a rule of a form that Portolan does not write';
