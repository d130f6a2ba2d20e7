import { setImmediate as nextTurn } from 'node:timers/promises';
import { execa } from 'execa';
import { ToolError } from '../../../src/backend/failure.ts';
import { openCounters, openTable } from '../../../src/kernel/open-table.ts';
import { type Family, families } from '../../../src/net/family.ts';
import type { KernelTable } from '../../../src/nftables/kernel-table.ts';
import type { ChainName } from '../../../src/nftables/names.ts';
import type { ListedElement } from '../../../src/nftables/table/read-table.ts';
import type { Key, Rule } from '../../../src/nftables/table/table.ts';
import type { Element, Step } from '../../../src/nftables/table/table-transaction.ts';
import type { CounterQuestion } from '../../../src/nftables/table-counters.ts';
import { serve } from '../agents/serve.ts';
import type { Answer, AskedCounter, Question } from './nft-messages.ts';

/** Runs in a network namespace of its own, which ends with it; does there what the test asks. */

const rulesByHandle = new Map<string, Rule>();
const tables = new Map<Family, Promise<KernelTable>>(families.map((family) => [family, openTable(family)]));

serve((question: Question): Promise<Answer> => reply(question).catch(failureOf));

async function reply(question: Question): Promise<Answer> {
  if (question.ask === 'nft') return await nft(question.words, question.input);
  const table = await tables.get('family' in question ? question.family : 'IPv4');
  if (table === undefined) throw new Error('one of two families');
  switch (question.ask) {
    case 'apply':
    case 'check':
      await table[question.ask](question.transaction);
      return { value: 0 };
    case 'read': {
      const elements: ListedElement[] = [];
      const onElement = (element: ListedElement) => void elements.push(element);
      // As looks do, which need no counters.
      return { schema: await table.read(question.everything ? { onElement } : { rulesByHandle }), elements };
    }
    case 'counters':
      return await countersOf(question.family, question.of);
    case 'generation':
      return { value: await table.generation() };
    case 'is ours since':
      return { isOurs: await table.isOursSince(question.generation) };
    case 'turns during apply':
      return { value: await turnsDuring(table.apply(question.transaction)) };
    case 'growth over transactions':
      return { value: await growthOver(table, question.count) };
  }
}

/** A line for each answer; none where there is no table. */
async function countersOf(family: Family, asked: readonly AskedCounter[]): Promise<Answer> {
  const lines: string[] = [];
  const counters = await openCounters(family);
  const isThere = await counters.read(asked.map((one) => questionOf(one, lines)));
  return { lines: isThere ? lines : [] };
}

function questionOf(asked: AskedCounter, lines: string[]): CounterQuestion {
  switch (asked.of) {
    case 'element':
    case 'chain': {
      const name = asked.of === 'chain' ? asked.chain : asked.key;
      const said = {
        found: (packets: number) => void lines.push(`${name}: ${packets}`),
        missing: () => void lines.push(`${name}: none`),
      };
      return asked.of === 'chain'
        ? { ...asked, chain: asked.chain as ChainName, ...said }
        : { ...asked, key: asked.key as Key, ...said };
    }
    case 'slots':
      return {
        ...asked,
        key: asked.key as Key,
        found: (slot, packets, { data }) => void lines.push(`${asked.key} . ${slot}: ${packets} to ${data}`),
        missing: (slot) => void lines.push(`${asked.key} . ${slot}: none`),
      };
  }
}

async function nft(words: readonly string[], input = ''): Promise<Answer> {
  const { stdout } = await execa('nft', words, { input });
  return { lines: stdout.split('\n') };
}

function failureOf(error: unknown): Answer {
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
async function growthOver(table: KernelTable, count: number): Promise<number> {
  const set = { name: 'cluster-ips', kind: 'set', properties: ['type ipv4_addr'] } as const;
  await table.apply([{ kind: 'add-table' }, { kind: 'add-set', set }]);
  let early = 0;
  for (let at = 0; at < count; at += 1) {
    await table.apply(transaction(`10.0.${(at >> 8) % 256}.${at % 256}`, at)).catch(ensureRefused);
    if (at === Math.floor(count / 10)) early = residentBytes();
  }
  return residentBytes() - early;
}

function transaction(address: string, at: number): readonly Step[] {
  const add: Step = {
    kind: 'add-elements',
    set: 'cluster-ips',
    elements: [[address, ''] as unknown as Element],
  };
  const remove: Step = { kind: 'delete-elements', set: 'cluster-ips', keys: [address as never] };
  // To refuse takes the kernel several milliseconds.
  return at % 1000 === 0 ? [add, remove, remove] : [add, remove, add, remove];
}

function ensureRefused(error: unknown): void {
  if (!(error instanceof ToolError && error.failure === 'refused')) throw error;
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}
