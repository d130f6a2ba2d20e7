import { execa } from 'execa';
import { openLiveRules } from '../../../src/kernel/live-rules.ts';
import { traceLive } from '../../../src/kernel/live-trace.ts';
import { readChainText } from '../../../src/kernel/netlink/nf-tables/chain-text.ts';
import { liveNodeView } from '../../../src/kernel/node/live-node-view.ts';
import { readNftListing } from '../../../src/rules-text/nft/read-listing.ts';
import type { RuleTable } from '../../../src/rules-text/ruleset.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { serve } from '../agents/serve.ts';
import { nodeView } from '../equivalence/facts.ts';
import type { ChainForms, LiveAnswer, LiveQuestion } from './live-messages.ts';

/** Runs in a network namespace of its own, which ends with it; loads rules there and traces packets through them. */

serve(answer);

async function answer(question: LiveQuestion): Promise<LiveAnswer> {
  if (question.ask === 'trace') return await trace(question);
  if (question.ask === 'chains') return await chainForms(question);
  const [file = '', ...args] = question.command;
  const { stdout } = await execa(file, args, { input: question.input });
  return { printed: stdout };
}

async function trace({
  family,
  packets,
  facts,
  path,
  meanwhile,
}: Extract<LiveQuestion, { ask: 'trace' }>): Promise<LiveAnswer> {
  const usualPath = process.env.PATH;
  process.env.PATH = path ?? usualPath;
  try {
    const rules = await openLiveRules(family);
    const [file, ...args] = meanwhile ?? [];
    if (file !== undefined) await execa(file, args);
    const node =
      facts === undefined
        ? await liveNodeView(family)
        : { ...nodeView(facts), lookUpRoutes: async () => false };
    const traces: Trace[] = [];
    for (const packet of packets) traces.push(await traceLive(packet, { rules, node }));
    return { tables: rules.ruleset.tables.map(({ name }) => name), traces };
  } finally {
    process.env.PATH = usualPath;
  }
}

async function chainForms({
  family,
  table: name,
}: Extract<LiveQuestion, { ask: 'chains' }>): Promise<LiveAnswer> {
  const { stdout } = await execa('nft', ['list', 'table', family, name]);
  const packets = family === 'ip' ? 'IPv4' : 'IPv6';
  const [table] = readNftListing(stdout, packets);
  if (table === undefined) throw new Error(`no table ${family} ${name}`);
  const chains: ChainForms[] = [];
  for (const chain of table.chainNames) {
    const text = await readChainText({ family, name }, chain, (set) => table.declaration(set));
    const written = text === undefined ? undefined : textsOf(readNftListing(text, packets)[0], chain);
    chains.push({ chain, listed: textsOf(table, chain), written });
  }
  return { chains };
}

function textsOf(table: RuleTable | undefined, chain: string): readonly string[] {
  const rules = table?.chain(chain) ?? 'absent';
  if (typeof rules === 'string') throw new Error(`chain ${chain} is ${rules}`);
  return rules.map(({ text }) => text);
}
