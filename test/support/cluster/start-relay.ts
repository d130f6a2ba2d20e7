import type { ListenOptions, NetConnectOpts } from 'node:net';
import { startHelper } from './helper.ts';

/** A relay (relay.ts) that runs. Each method resolves when it is done. */
export interface Relay extends AsyncDisposable {
  /** Breaks all connections, and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Passes connections in a namespace on. Resolves when it listens. */
export async function startRelay(namespace: string, from: ListenOptions, to: NetConnectOpts): Promise<Relay> {
  const helper = await startHelper(namespace, 'relay.ts', [JSON.stringify(from), JSON.stringify(to)]);
  return {
    cut: () => helper.tell('cut'),
    mend: () => helper.tell('mend'),
    [Symbol.asyncDispose]: () => helper[Symbol.asyncDispose](),
  };
}
