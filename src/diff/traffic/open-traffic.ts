import isEqual from 'lodash/isEqual.js';
import { type LiveNode, liveNodeView } from '../../kernel/node/live-node-view.ts';
import { localAddresses } from '../../kernel/node/node-addresses.ts';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { UserError } from '../../program/exit-status.ts';
import { rulesetOf } from '../../rules-text/read-ruleset.ts';
import { RulesTextError } from '../../rules-text/rules-text-error.ts';
import type { Ruleset } from '../../rules-text/ruleset.ts';
import type { ListingText } from '../../rules-text/split-listing.ts';
import { nodeWithAddresses } from '../../trace/node-view.ts';
import type { DiffOptions } from '../diff-options.ts';
import { textsAfter } from '../rules/texts-after.ts';
import { liveTexts } from '../sides/live-texts.ts';
import { factsOfSide, readNodeAddresses } from '../sides/node-facts-of-side.ts';
import type { FilesSide, ObjectsSide, Side, Sides } from '../sides/sides.ts';
import { isUnaffected } from './affected/affected.ts';
import { affectedByListings } from './affected/by-listings.ts';
import { ruleFrontends } from './from-rules/rule-frontends.ts';
import { ruleSources } from './from-rules/rule-sources.ts';
import type { OpenedSide } from './opened-side.ts';
import { planFrontends } from './plan-frontends.ts';
import { sameFrontends } from './same-plans.ts';
import { trafficSourcesOf } from './sources-of-sides.ts';
import { byKey, frontendKey, type TrafficFrontend } from './traffic-frontend.ts';
import type { TrafficInput } from './traffic-sides.ts';
import type { TrafficSources } from './traffic-sources.ts';

/** Reads the rules and frontends of both sides in one family. */
export async function openTraffic(
  family: Family,
  sides: Sides,
  options: DiffOptions,
): Promise<TrafficInput & { readonly node: LiveNode }> {
  const isLive = sides.before.kind === 'live';
  const own = isLive ? localAddresses() : [];
  const knownAddresses = [...readNodeAddresses(options.nodeAddresses), ...own];
  const before = await openSide(sides.before, sides, [], { family, knownAddresses, options });
  const listedBefore = sides.before.kind === 'objects' ? [] : before.texts;
  const after = await openSide(sides.after, sides, listedBefore, { family, knownAddresses, options });
  const sources = trafficSourcesOf(family, [before, after], knownAddresses);
  return {
    before,
    after,
    sources,
    node: isLive ? await liveNode(sources) : describedNode(sources),
    isSame: sameness(before, after, sources),
  };
}

/** This machine. */
async function liveNode({ family, nodeAddresses }: TrafficSources): Promise<LiveNode> {
  const [machine, known] = [await liveNodeView(family), nodeWithAddresses(nodeAddresses)];
  return { ...machine, isLocal: (address) => machine.isLocal(address) || known.isLocal(address) };
}

/** A node that the objects tell of: there are no routes to be learnt. */
function describedNode({ nodeAddresses }: TrafficSources): LiveNode {
  return { ...nodeWithAddresses(nodeAddresses), lookUpRoutes: () => Promise.resolve(false) };
}

interface Context {
  readonly family: Family;
  readonly knownAddresses: readonly Address[];
  readonly options: DiffOptions;
}

async function openSide(
  side: Side,
  sides: Sides,
  listedBefore: readonly ListingText[],
  context: Context,
): Promise<OpenedSide> {
  const { family } = context;
  if (side.kind === 'objects') return await openObjects(side, sides, listedBefore, context);
  const texts =
    side.kind === 'live' ? await liveTexts(family, context.options.variant) : textsOf(side, family);
  const ruleset = readRules(side, texts, family);
  return {
    ruleset,
    frontends: byKey(ruleFrontends(ruleset)),
    texts,
    rules: ruleSources(ruleset),
    objects: undefined,
  };
}

/** Throws a `UserError` for a file that is not a listing. */
function readRules({ name }: Side, texts: readonly ListingText[], family: Family): Ruleset {
  try {
    return rulesetOf(texts, family);
  } catch (error) {
    if (error instanceof RulesTextError) throw new UserError(`${name}: ${error.message}`);
    throw error;
  }
}

async function openObjects(
  side: ObjectsSide,
  { before }: Sides,
  listedBefore: readonly ListingText[],
  { family, knownAddresses }: Context,
): Promise<OpenedSide> {
  const facts = await factsOfSide(before, side, knownAddresses);
  const texts = textsAfter(side, listedBefore, facts, family);
  const ruleset = rulesetOf(texts, family);
  const { book, state } = side.loaded;
  const plans = book.plans(family);
  const serviceCIDRs = [...state.serviceCIDRs].flatMap(({ cidrs }) => cidrs);
  return {
    ruleset,
    frontends: byKey(planFrontends(plans)),
    texts,
    rules: ruleSources(ruleset),
    objects: { plans, facts, config: side.config, serviceCIDRs },
  };
}

function textsOf({ listings }: FilesSide, family: Family): readonly ListingText[] {
  return listings.filter((listing) => listing.family === family).flatMap(({ texts }) => texts);
}

/** Tells which frontends are certainly the same on both sides, so that no packets have to be traced for them. */
function sameness(before: OpenedSide, after: OpenedSide, { nodeAddresses, family }: TrafficSources) {
  const keys = sameKeys(before, after, nodeAddresses);
  if (keys !== undefined) return (frontend: TrafficFrontend) => keys.has(frontendKey(frontend));
  const affected = affectedByListings(before.texts, after.texts, family);
  return (frontend: TrafficFrontend) => isUnaffected(frontend, affected, nodeAddresses);
}

/** The unchanged frontends, where both sides have objects and the same options, so that only plans can differ. */
function sameKeys(
  { objects: before }: OpenedSide,
  { objects: after }: OpenedSide,
  nodeAddresses: readonly Address[],
): ReadonlySet<string> | undefined {
  const isOneConfig =
    before !== undefined &&
    after !== undefined &&
    isEqual(before.config, after.config) &&
    isEqual(before.facts, after.facts) &&
    isEqual(before.serviceCIDRs, after.serviceCIDRs);
  return isOneConfig ? sameFrontends(before.plans, after.plans, nodeAddresses) : undefined;
}
