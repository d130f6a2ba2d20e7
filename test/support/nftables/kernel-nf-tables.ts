import { ToolError } from '../../../src/backend/failure.ts';
import type { Family } from '../../../src/net/family.ts';
import type { KernelTable } from '../../../src/nftables/kernel-table.ts';
import { FakeNfTables } from '../fake-nf-tables.ts';
import type { Answer, Question } from '../kernel/nft-messages.ts';
import type { NftNamespace } from '../kernel/nft-namespace.ts';

/** Changes the model and a kernel alike, and reads what the kernel has. */
export class KernelNfTables extends FakeNfTables {
  readonly #namespace: NftNamespace;

  constructor(namespace: NftNamespace) {
    super();
    this.#namespace = namespace;
  }

  override open(family: Family): KernelTable {
    const model = super.open(family);
    return {
      apply: async (transaction) => {
        await model.apply(transaction);
        await this.#ask({ ask: 'apply', family, transaction });
      },
      check: async (transaction) => void (await this.#ask({ ask: 'check', family, transaction })),
      read: async ({ onElement } = {}) => {
        const answer = await this.#ask({ ask: 'read', family, everything: onElement !== undefined });
        if (!('schema' in answer)) return undefined;
        for (const element of answer.elements) onElement?.(element);
        return answer.schema;
      },
      generation: async () => {
        const answer = await this.#ask({ ask: 'generation', family });
        return 'value' in answer ? answer.value : undefined;
      },
      isOursSince: async (generation) => {
        const answer = await this.#ask({ ask: 'is ours since', family, generation });
        return 'isOurs' in answer && answer.isOurs;
      },
    };
  }

  async #ask(question: Question): Promise<Answer> {
    const answer = await this.#namespace.ask(question);
    if (!('failure' in answer)) return answer;
    const { failure, message } = answer;
    throw new ToolError(failure === 'another error' ? 'unknown' : failure, message);
  }
}
