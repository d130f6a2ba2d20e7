import isEqual from 'lodash/isEqual.js';
import { type LiveNode, liveNodeView } from '../../kernel/node/live-node-view.ts';
import { localAddresses } from '../../kernel/node/node-addresses.ts';
import type { Address } from '../../net/address.ts';
import type { Family } from '../../net/family.ts';
import { UserError } from '../../program/exit-status.ts';
import { SavedRulesError } from '../../rules-text/iptables/read-rules.ts';
import { NotAListing } from '../../rules-text/nft/read-listing.ts';
import { rulesetOf } from '../../rules-text/read-ruleset.ts';
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
import { neighbourhoodOf } from './diff-hood.ts';
import { ruleFrontends } from './from-rules/rule-frontends.ts';
import { ruleHood } from './from-rules/rule-hood.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { OpenedSide } from './opened-side.ts';
import { planFrontends } from './plan-frontends.ts';
import { sameFrontends } from './same-plans.ts';
import { byKey, frontendKey, type TrafficFrontend } from './traffic-frontend.ts';
import type { TrafficInput } from './traffic-sides.ts';

/** Reads the rules of both sides of one family as a packet sees them. */
export async function openTraffic(
  family: Family,
  sides: Sides,
  options: DiffOptions,
): Promise<TrafficInput & { readonly node: LiveNode }> {
  const isLive = sides.before.kind === 'live';
  const own = isLive ? localAddresses() : [];
  const told = [...readNodeAddresses(options.nodeAddresses), ...own];
  const before = await openSide(sides.before, sides, [], { family, told, options });
  const beside = sides.before.kind === 'objects' ? [] : before.texts;
  const after = await openSide(sides.after, sides, beside, { family, told, options });
  const hood = neighbourhoodOf(family, [before, after], told);
  return {
    before,
    after,
    hood,
    node: isLive ? await liveNode(hood) : toldNode(hood),
    isSame: sameness(before, after, hood),
  };
}

/** This machine. */
async function liveNode({ family, nodeAddresses }: Neighbourhood): Promise<LiveNode> {
  const [machine, told] = [await liveNodeView(family), nodeWithAddresses(nodeAddresses)];
  return { ...machine, isLocal: (address) => machine.isLocal(address) || told.isLocal(address) };
}

/** A node that the objects tell of: there are no routes to be learnt. */
function toldNode({ nodeAddresses }: Neighbourhood): LiveNode {
  return { ...nodeWithAddresses(nodeAddresses), lookUpRoutes: () => Promise.resolve(false) };
}

interface Context {
  readonly family: Family;
  readonly told: readonly Address[];
  readonly options: DiffOptions;
}

async function openSide(
  side: Side,
  sides: Sides,
  beside: readonly ListingText[],
  context: Context,
): Promise<OpenedSide> {
  const { family } = context;
  if (side.kind === 'objects') return await openObjects(side, sides, beside, context);
  const texts =
    side.kind === 'live' ? await liveTexts(family, context.options.variant) : textsOf(side, family);
  const ruleset = readRules(side, texts, family);
  return {
    ruleset,
    frontends: byKey(ruleFrontends(ruleset)),
    texts,
    rules: ruleHood(ruleset),
    objects: undefined,
  };
}

/** A text that is no listing is the user's. */
function readRules({ name }: Side, texts: readonly ListingText[], family: Family): Ruleset {
  try {
    return rulesetOf(texts, family);
  } catch (error) {
    if (error instanceof SavedRulesError || error instanceof NotAListing)
      throw new UserError(`${name}: ${error.message}`);
    throw error;
  }
}

async function openObjects(
  side: ObjectsSide,
  { before }: Sides,
  beside: readonly ListingText[],
  { family, told }: Context,
): Promise<OpenedSide> {
  const facts = await factsOfSide(before, side, told);
  const texts = textsAfter(side, beside, facts, family);
  const ruleset = rulesetOf(texts, family);
  const { book, state } = side.loaded;
  const plans = book.plans(family);
  const serviceCIDRs = [...state.serviceCIDRs].flatMap(({ cidrs }) => cidrs);
  return {
    ruleset,
    frontends: byKey(planFrontends(plans)),
    texts,
    rules: ruleHood(ruleset),
    objects: { plans, facts, config: side.config, serviceCIDRs },
  };
}

function textsOf({ listings }: FilesSide, family: Family): readonly ListingText[] {
  return listings.filter((listing) => listing.family === family).flatMap(({ texts }) => texts);
}

/** Says which frontends are surely the same on both sides, so that no packets have to be walked. */
function sameness(before: OpenedSide, after: OpenedSide, { nodeAddresses, family }: Neighbourhood) {
  const keys = sameKeys(before, after, nodeAddresses);
  if (keys !== undefined) return (frontend: TrafficFrontend) => keys.has(frontendKey(frontend));
  const affected = affectedByListings(before.texts, after.texts, family);
  return (frontend: TrafficFrontend) => isUnaffected(frontend, affected, nodeAddresses);
}

/** Only where both sides are made of objects by the same options, so that nothing but plans can differ. */
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
