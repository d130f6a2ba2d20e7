import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { type Address, familyOf, isLoopback, parseAddress } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { UserError } from '../../program/exit-status.ts';
import { assumptionsOf, partsOf, tablesOf } from '../../rules-text/read-ruleset.ts';
import { RulesTextError } from '../../rules-text/rules-text-error.ts';
import type { Ruleset } from '../../rules-text/ruleset.ts';
import { shown } from '../../state/shown.ts';
import { nodeWithAddresses } from '../../trace/node-view.ts';
import type { NodeView, Packet } from '../../trace/packet.ts';
import type { Trace } from '../../trace/trace.ts';
import { TooManyPathsError, walk } from '../../trace/walk.ts';
import type { ExplainOptions } from '../explain-options.ts';
import type { ExplainObjects } from '../packet/explain-objects.ts';
import { withRoutes } from './with-routes.ts';

/** Rules that packets can be traced through, and the node that has them. */
export interface OpenedRules {
  /** The node's own; it sends from the first of each family. */
  readonly nodeAddresses: readonly Address[];
  trace(packet: Packet): Promise<{ readonly trace: Trace; readonly node: NodeView }>;
}

/** The rules that the options name: the kernel's, those in files, or those that the objects make. */
export async function openRules(
  options: ExplainOptions,
  objects: ExplainObjects | undefined,
): Promise<OpenedRules> {
  const named = namedAddresses(options);
  const ofObjects = objects?.loaded.state.node?.addresses ?? [];
  const nodeAddresses = [...ofObjects, ...named];
  if (options.live) return liveRules(nodeAddresses);
  const node = withRoutes(nodeWithAddresses(nodeAddresses), options.routes);
  if (options.rules.length > 0) return savedRules(options, nodeAddresses, node);
  if (objects === undefined) throw new UserError('nothing says which rules to follow');
  const { renderedRules } = await import('./rendered-rules.ts');
  return offlineRules(nodeAddresses, node, (family) => renderedRules(family, named, objects));
}

function namedAddresses({ nodeAddresses }: ExplainOptions): readonly Address[] {
  return nodeAddresses.map((text) => {
    const address = parseAddress(text);
    if (address === undefined) throw new UserError(`--node-address ${shown(text)}: must be an IP address`);
    return address;
  });
}

async function liveRules(known: readonly Address[]): Promise<OpenedRules> {
  const { openLiveRules, LiveRulesError } = await import('../../kernel/live-rules.ts');
  const { liveNodeView } = await import('../../kernel/node/live-node-view.ts');
  const { traceLive } = await import('../../kernel/live-trace.ts');
  const { localAddresses } = await import('../../kernel/node/node-addresses.ts');
  return {
    nodeAddresses: [...known, ...localAddresses().filter((address) => !isLoopback(address))],
    async trace(packet) {
      const family = familyOf(packet.destination);
      try {
        const [rules, node] = await Promise.all([openLiveRules(family), liveNodeView(family)]);
        return { trace: await traceLive(packet, { rules, node }), node };
      } catch (error) {
        if (error instanceof LiveRulesError || error instanceof TooManyPathsError)
          throw new UserError(`--live: ${error.message}`);
        throw error;
      }
    },
  };
}

async function savedRules(
  { rules }: ExplainOptions,
  nodeAddresses: readonly Address[],
  node: NodeView,
): Promise<OpenedRules> {
  const files = await Promise.all(rules.map(async (path) => ({ path, text: await readSave(path) })));
  const saved = offlineRules(nodeAddresses, node, (family) => readSaves(files, family));
  if (nodeAddresses.length > 0) return saved;
  return {
    ...saved,
    async trace(packet) {
      const { trace, node } = await saved.trace(packet);
      return { trace: { ...trace, assumptions: [...trace.assumptions, withoutAddresses] }, node };
    },
  };
}

const withoutAddresses = "none of these addresses is the node's own (else name it with --node-address)";

async function readSave(path: string): Promise<string> {
  try {
    return path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`--rules ${path}: cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function offlineRules(
  nodeAddresses: readonly Address[],
  node: NodeView,
  rulesOf: (family: Family) => Ruleset,
): OpenedRules {
  return {
    nodeAddresses,
    async trace(packet) {
      return { trace: walkThrough(rulesOf(familyOf(packet.destination)), packet, node), node };
    },
  };
}

interface Save {
  readonly path: string;
  readonly text: string;
}

/** All files together are the rules of one node. */
function readSaves(files: readonly Save[], family: Family): Ruleset {
  const parts = files.flatMap(({ path, text }) => partsOf(text, family).map((part) => ({ path, part })));
  const all = parts.map(({ part }) => part);
  const tables = parts.flatMap(({ path, part }) => {
    try {
      return tablesOf(part, all, family);
    } catch (error) {
      if (error instanceof RulesTextError) throw new UserError(`--rules ${path}: ${error.message}`);
      throw error;
    }
  });
  if (tables.length > 0) return { family, tables, assumptions: assumptionsOf(all) };
  const paths = files.map(({ path }) => path).join(', ');
  throw new UserError(`--rules ${paths}: no rules of ${family} in it, and the packet is of ${family}`);
}

function walkThrough(ruleset: Ruleset, packet: Packet, node: NodeView): Trace {
  try {
    const walked = walk(ruleset, packet, node);
    if ('trace' in walked) return walked.trace;
    const parts = walked.unread.map((part) => `${part.table} ${'chain' in part ? part.chain : part.set}`);
    throw new UserError(
      `the listing leaves out what the packet meets: ${parts.join(', ')}; list it without -t`,
    );
  } catch (error) {
    if (error instanceof TooManyPathsError) throw new UserError(error.message);
    throw error;
  }
}
