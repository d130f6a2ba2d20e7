import { createInterface } from 'node:readline';
import type { Address } from '../../../src/net/address.ts';
import type { Host } from '../lab/host.ts';
import { startScript } from './script.ts';

/** So many TCP connections from one source to a Service whose endpoints send back what they get. */
export interface Holding {
  readonly count: number;
  readonly source: Address;
  readonly destination: Address;
  readonly port: number;
}

/** How many words went to and fro on a connection, and what ended it, unless it was held to the end. */
export interface Held {
  readonly words: number;
  readonly error?: string;
}

/** Opens connections and talks on them without pause until stopped. Resolves when all are open. */
export async function holdConnections(host: Host, what: Holding): Promise<Holder> {
  const script = startScript(host, 'hold.ts', what);
  const lines = createInterface({ input: script.output })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the connections from ${host.namespace} have ended`);
    return value;
  };
  await nextLine();
  return {
    async stop() {
      await script.end();
      return JSON.parse(await nextLine());
    },
    [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
  };
}

export interface Holder extends AsyncDisposable {
  /** Ends the connections; returns how each went. */
  stop(): Promise<readonly Held[]>;
}
