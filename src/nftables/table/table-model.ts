import { chainsIn } from '../../rules-text/nft/scan-rule.ts';
import type { ChainName, SetName } from '../names.ts';
import { partsOfData } from './element-data.ts';
import type { Chain, Data, Key, Rule, SetDeclaration, Table } from './table.ts';
import type { Step, Transaction } from './table-transaction.ts';

/** A table outside the kernel that accepts and refuses the same steps, for rendering, comparison and tests. */
export class TableModel implements Table {
  readonly sets = new Map<SetName, SetDeclaration>();
  readonly chains = new Map<ChainName, Chain>();
  readonly elements = new Map<SetName, Map<Key, Data>>();

  constructor(table: Table) {
    for (const [name, set] of table.sets) this.sets.set(name, set);
    for (const [name, chain] of table.chains) this.chains.set(name, chain);
    for (const [name, elements] of table.elements) this.elements.set(name, new Map(elements));
  }

  /** Throws for a step that the kernel would refuse, and then leaves the model partly changed. */
  apply(transaction: Transaction): void {
    for (const step of transaction) this.#applyStep(step);
  }

  #applyStep(step: Step): void {
    switch (step.kind) {
      case 'add-table':
        return;
      case 'delete-table':
        for (const part of [this.sets, this.chains, this.elements]) part.clear();
        return;
      case 'add-set':
        this.sets.set(step.set.name, step.set);
        return;
      case 'delete-set':
        require(this.sets.delete(step.name), `no set ${step.name}`);
        this.#requireUnasked(step.name);
        this.elements.delete(step.name);
        return;
      case 'add-chain':
        if (!this.chains.has(step.chain.name)) this.chains.set(step.chain.name, { ...step.chain, rules: [] });
        return;
      case 'flush-chain':
        this.chains.set(step.name, { ...this.#chain(step.name), rules: [] });
        return;
      case 'add-rules':
        this.#addRules(step.name, step.rules);
        return;
      case 'delete-chain':
        this.#chain(step.name);
        this.chains.delete(step.name);
        this.#requireUnused(step.name);
        return;
      case 'delete-elements':
        for (const key of step.keys)
          require(this.#elements(step.set).delete(key), `no ${key} in ${step.set}`);
        return;
      case 'add-elements':
        for (const [key, data] of step.elements) this.#addElement(step.set, key, data);
    }
  }

  #addRules(name: ChainName, rules: readonly Rule[]): void {
    for (const rule of rules) {
      for (const target of chainsIn(rule)) this.#chain(target as ChainName);
      for (const [, set] of rule.matchAll(/@([^ ]+)/g))
        require(this.sets.has(set as SetName), `no set ${set}`);
    }
    const chain = this.#chain(name);
    this.chains.set(name, { ...chain, rules: [...chain.rules, ...rules] });
  }

  #addElement(set: SetName, key: Key, data: Data): void {
    const elements = this.#elements(set);
    const standing = elements.get(key);
    require(standing === undefined || standing === data, `${key} is in ${set} already, with other data`);
    const { value } = partsOfData(data);
    if (value.startsWith('goto ')) this.#chain(value.slice('goto '.length) as ChainName);
    elements.set(key, data);
  }

  #chain(name: ChainName): Chain {
    const chain = this.chains.get(name);
    if (chain === undefined) throw new Error(`no chain ${name}`);
    return chain;
  }

  #elements(set: SetName): Map<Key, Data> {
    require(this.sets.has(set), `no set ${set}`);
    const elements = this.elements.get(set) ?? new Map<Key, Data>();
    this.elements.set(set, elements);
    return elements;
  }

  #requireUnasked(set: SetName): void {
    const asks = new RegExp(`@${set}(?![\\w-])`);
    for (const [chain, { rules }] of this.chains)
      require(!rules.some((rule) => asks.test(rule)), `${chain} asks ${set}`);
  }

  #requireUnused(name: ChainName): void {
    const leads = new RegExp(`\\b(goto|jump) ${name}(?![\\w-])`);
    for (const [chain, { rules }] of this.chains) {
      require(!rules.some((rule) => leads.test(rule)), `${chain} leads to ${name}`);
    }
    for (const [set, elements] of this.elements) {
      for (const data of elements.values()) require(!leads.test(data), `${set} leads to ${name}`);
    }
  }
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
