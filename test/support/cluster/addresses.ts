import { address } from '../records.ts';
import { apiServerPort } from './control-plane.ts';

/** The address of the machine where the API server of a test runs. */
export const controlAddress = address('192.168.60.1');

/** Where nodes reach the API server: directly, and by the relay, which can be cut. */
export const servers = {
  direct: `https://${controlAddress}:${apiServerPort}`,
  relay: `https://${controlAddress}:7443`,
} as const;
