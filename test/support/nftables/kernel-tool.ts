import { ToolError } from '../../../src/backend/failure.ts';
import type { ListDetail } from '../../../src/nftables/nft-tool.ts';
import { FakeNftTool } from '../fake-nft-tool.ts';
import type { Answer, Question } from '../kernel/nft-messages.ts';
import type { NftNamespace } from '../kernel/nft-namespace.ts';

/** Changes the model and a kernel alike, and lists what the kernel has. */
export class KernelTool extends FakeNftTool {
  readonly #namespace: NftNamespace;

  constructor(namespace: NftNamespace) {
    super();
    this.#namespace = namespace;
  }

  override async apply(commands: string): Promise<void> {
    await super.apply(commands);
    await this.#ask({ ask: 'apply', commands });
  }

  override async applyEchoed(commands: string): Promise<string> {
    await super.apply(commands);
    const answer = await this.#ask({ ask: 'echo', commands });
    return 'lines' in answer ? answer.lines.join('\n') : '';
  }

  override async *list(words: readonly string[], detail: ListDetail = 'all'): AsyncIterable<string> {
    const answer = await this.#ask({ ask: 'list', words, detail });
    if ('lines' in answer) yield* answer.lines;
  }

  async #ask(question: Question): Promise<Answer> {
    const answer = await this.#namespace.ask(question);
    if (!('failure' in answer)) return answer;
    const { failure, message } = answer;
    throw new ToolError(failure === 'another error' ? 'unknown' : failure, message);
  }
}
