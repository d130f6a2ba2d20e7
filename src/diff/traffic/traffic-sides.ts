import type { Ruleset } from '../../rules-text/ruleset.ts';
import type { NodeView } from '../../trace/packet.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { TrafficFrontend } from './traffic-frontend.ts';

/** The rules of one side in one family, and the frontends that they have, by their keys. */
export interface TrafficSide {
  readonly ruleset: Ruleset;
  readonly frontends: ReadonlyMap<string, TrafficFrontend>;
}

export interface TrafficInput {
  readonly before: TrafficSide;
  readonly after: TrafficSide;
  readonly hood: Neighbourhood;
  readonly node: NodeView;
  /** Frontends that are surely the same on both sides. */
  readonly isSame: (frontend: TrafficFrontend) => boolean;
}
