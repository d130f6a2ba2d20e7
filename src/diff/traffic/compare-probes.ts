import type { Address } from '../../net/address.ts';
import type { Ruleset } from '../../rules-text/ruleset.ts';
import type { NodeView, Packet } from '../../trace/packet.ts';
import type { Trace } from '../../trace/trace.ts';
import { TooManyPathsError, walk } from '../../trace/walk.ts';
import { type Answer, answerOf, compareAnswers, type TrafficChange } from './compare-answers.ts';
import type { Probe } from './probes.ts';
import type { TrafficSources } from './traffic-sources.ts';

/** Stands for all clients. */
export const everyone = 'everyone';

export interface ComparedRules {
  readonly before: { readonly ruleset: Ruleset };
  readonly after: { readonly ruleset: Ruleset };
  readonly node: NodeView;
  readonly sources: TrafficSources;
}

/** Traces packets through the rules of both sides. */
export class ProbeComparer {
  readonly #rules: ComparedRules;
  /** Unknowns that make a difference. */
  readonly unknowns = new Set<string>();

  constructor(rules: ComparedRules) {
    this.#rules = rules;
  }

  /** The changes, each with the clients that it holds for; with `hairpin` also for an endpoint that reaches itself. */
  compare(
    probes: readonly Probe[],
    { hairpin }: { readonly hairpin: boolean },
  ): readonly { readonly who: readonly string[]; readonly change: TrafficChange }[] {
    const found = new Map<string, { readonly change: TrafficChange; readonly probes: Probe[] }>();
    const note = (change: TrafficChange, probe: Probe) => {
      const key = JSON.stringify(change);
      const known = found.get(key);
      if (known === undefined) found.set(key, { change, probes: [probe] });
      else known.probes.push(probe);
    };
    const shared = new Set<string>();
    const touched: Probe[] = [];
    for (const probe of probes) {
      const [before, after] = this.#answers(probe.packet);
      if ([before, after].some((answer) => isOwnEndpoint(probe.packet, answer))) continue;
      if (before.verdict !== 'untouched' || after.verdict !== 'untouched') touched.push(probe);
      for (const change of compareAnswers(before, after)) note(change, probe);
      if (hairpin)
        for (const endpoint of before.shares.keys()) if (after.shares.has(endpoint)) shared.add(endpoint);
    }
    for (const { change, probe } of this.#hairpin(probes, shared)) note(change, probe);
    return [...found.values()].map((entry) => ({ change: entry.change, who: whoOf(entry.probes, touched) }));
  }

  #answers(packet: Packet): readonly [Answer, Answer] {
    const { before, after } = this.#rules;
    const answers = [this.#answer(before.ruleset, packet), this.#answer(after.ruleset, packet)] as const;
    for (const { verdict, unknowns } of answers)
      if (verdict === 'unknown') for (const unknown of unknowns) this.unknowns.add(unknown);
    return answers;
  }

  #answer(ruleset: Ruleset, packet: Packet): Answer {
    return answerOf(this.#trace(ruleset, packet));
  }

  #trace(ruleset: Ruleset, packet: Packet): Trace {
    try {
      const walked = walk(ruleset, packet, this.#rules.node);
      if ('trace' in walked) return walked.trace;
      return unknownTrace(`parts of the rules that were not read: ${JSON.stringify(walked.unread)}`);
    } catch (error) {
      if (error instanceof TooManyPathsError) return unknownTrace(error.message);
      throw error;
    }
  }

  /** Of hairpin traffic only masquerading is compared: an endpoint reaches itself as often as any other client does. */
  *#hairpin(usual: readonly Probe[], endpoints: ReadonlySet<string>): Iterable<Finding> {
    const { sources } = this.#rules;
    const isHere = (source: Address) =>
      sources.endpointsHere.has(source) && !sources.nodeAddresses.includes(source);
    const endpoint = [...endpoints].find((one) => isHere(addressIn(one)));
    const [first] = usual;
    if (endpoint === undefined || first === undefined) return;
    const source = addressIn(endpoint);
    const packet = { ...first.packet, source, inputInterface: sources.podInterface };
    const [before, after] = this.#answers(packet);
    for (const change of compareAnswers(onlyTo(endpoint, before), onlyTo(endpoint, after)))
      if (change.kind === 'masquerade') yield { change, probe: { ...first, who: itself, packet } };
  }
}

interface Finding {
  readonly change: TrafficChange;
  readonly probe: Probe;
}

const itself = 'an endpoint that sends to its own Service and comes back to itself';

/** The answer for connections to this endpoint only. */
function onlyTo(endpoint: string, answer: Answer): Answer {
  const isMasqueraded = answer.masqueraded.has(endpoint);
  return { ...answer, shares: new Map([[endpoint, 1]]), masquerade: isMasqueraded ? 'yes' : 'no' };
}

/** Whether the client is an endpoint itself, and so does not stand for others. */
function isOwnEndpoint({ source }: Packet, { shares }: Answer): boolean {
  return [...shares.keys()].some((endpoint) => addressIn(endpoint) === source);
}

/** The address in `ip:port` or `[ip]:port`. */
function addressIn(endpoint: string): Address {
  return endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '') as Address;
}

function unknownTrace(reason: string): Trace {
  return {
    verdict: 'unknown',
    endpoints: [],
    masquerade: false,
    unknowns: [reason],
    assumptions: [],
    path: [],
  };
}

/**
 * The clients in words, or `everyone` where they are all whose packets the rules touch. Where it holds at some of the
 * node's addresses only, these are named.
 */
function whoOf(some: readonly Probe[], all: readonly Probe[]): readonly string[] {
  const usual = some.filter(({ who }) => who !== itself);
  const rest = some.length > usual.length ? [itself] : [];
  if (usual.length === all.length) return [everyone];
  const byWho = Map.groupBy(usual, ({ who }) => who);
  return [...byWho]
    .map(([who, probes]) => {
      const everywhere = all.filter((probe) => probe.who === who).length;
      return probes.length === everywhere ? who : `${who} at ${probes.map(({ at }) => at).join(', ')}`;
    })
    .concat(rest);
}
