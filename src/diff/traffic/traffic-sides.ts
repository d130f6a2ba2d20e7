import type { Ruleset } from '../../rules-text/ruleset.ts';
import type { NodeView } from '../../trace/packet.ts';
import type { TrafficFrontend } from './traffic-frontend.ts';
import type { TrafficSources } from './traffic-sources.ts';

/** The rules of one side in one family, and its frontends by key. */
export interface TrafficSide {
  readonly ruleset: Ruleset;
  readonly frontends: ReadonlyMap<string, TrafficFrontend>;
}

export interface TrafficInput {
  readonly before: TrafficSide;
  readonly after: TrafficSide;
  readonly sources: TrafficSources;
  readonly node: NodeView;
  /** Whether a frontend is certainly the same on both sides. */
  readonly isSame: (frontend: TrafficFrontend) => boolean;
}
