import type { NodeNetwork } from '../../kernel/cni/node-network.ts';
import type { WithReservations } from '../../kernel/cni/reservation-folder.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { Call } from '../protocol/read-call.ts';

/** What a plugin answers to a call, `undefined` where an operation has no answer. Errors are thrown. */
export type Plugin = (call: Call, machine: Machine) => JsonObject | undefined;

/** What of the machine a plugin works on. */
export interface Machine {
  readonly node: NodeNetwork;
  readonly withReservations: WithReservations;
}
