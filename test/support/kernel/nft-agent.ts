import { setImmediate as nextTurn } from 'node:timers/promises';
import { ToolError } from '../../../src/backend/failure.ts';
import { nftTool } from '../../../src/kernel/nft/choose-nft-tool.ts';
import type { NftTool } from '../../../src/nftables/nft-tool.ts';
import { serve } from '../agents/serve.ts';
import type { Answer, Question } from './nft-messages.ts';

/** Runs in a network namespace of its own, which ends with it; does with a tool what the test asks. */

const method = process.argv[2] === 'library' ? 'library' : 'command';
const choice = await nftTool({ method }).catch((error: unknown) => failureOf(error));

serve(async (question: Question): Promise<Answer> => {
  return 'failure' in choice ? choice : await reply(choice.tool, question).catch(failureOf);
});

async function reply(tool: NftTool, question: Question): Promise<Answer> {
  switch (question.ask) {
    case 'apply':
    case 'check':
      await tool[question.ask](question.commands);
      return { value: 0 };
    case 'echo':
      return { lines: (await tool.applyEchoed(question.commands)).split('\n') };
    case 'list':
      return { lines: await Array.fromAsync(tool.list(question.words, question.detail)) };
    case 'first line':
      for await (const line of tool.list(question.words)) return { lines: [line] };
      return { lines: [] };
    case 'turns during apply':
      return { value: await turnsDuring(tool.apply(question.commands)) };
    case 'growth over transactions':
      return { value: await growthOver(tool, question.count) };
  }
}

function failureOf(error: unknown): Extract<Answer, { readonly failure: unknown }> {
  if (error instanceof ToolError) return { failure: error.failure, message: error.message };
  return { failure: 'another error', message: String(error) };
}

async function turnsDuring(work: Promise<void>): Promise<number> {
  let inFlight = true;
  void Promise.allSettled([work]).then(() => {
    inFlight = false;
  });
  let turns = 0;
  for (; inFlight; turns += 1) await nextTurn();
  await work;
  return turns;
}

/** Bytes of resident memory that are added between the first tenth of the transactions and the last one. */
async function growthOver(tool: NftTool, count: number): Promise<number> {
  await tool.apply('add table ip t\nadd map ip t m { type ipv4_addr : ipv4_addr; }');
  let early = 0;
  for (let at = 0; at < count; at += 1) {
    const address = `10.0.${(at >> 8) % 256}.${at % 256}`;
    await tool.apply(transaction(address, at)).catch(ensureRefused);
    if (at === Math.floor(count / 10)) early = residentBytes();
  }
  return residentBytes() - early;
}

function transaction(address: string, at: number): string {
  const add = `add element ip t m { ${address} : 10.1.0.1 }`;
  const remove = `delete element ip t m { ${address} }`;
  // The kernel takes long to refuse; nft itself does not.
  if (at % 1000 === 0) return `${add}\n${remove}\n${remove}`;
  if (at % 4 === 0) return `add element ip t absent { ${address} }`;
  return `${add}\n${remove}\n${add.replace('10.1.0.1', '10.1.0.2')}\n${remove}`;
}

function ensureRefused(error: unknown): void {
  if (!(error instanceof ToolError && error.failure === 'refused')) throw error;
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}
