import type { Address } from '../../../src/net/address.ts';
import { nftFamily } from '../../../src/nftables/nftables-options.ts';
import type { Host } from '../lab/host.ts';
import { until } from '../until.ts';
import { servicePort } from './objects.ts';
import { startScript } from './script.ts';
import type { Stage } from './stage.ts';

/** What became of datagrams to a Service. */
export interface Counted {
  /** Those that still went to the Service's own address: no rule translated them. */
  readonly untouched: number;
  readonly translated: number;
}

/**
 * Sends datagrams to the first Service as fast as can be, so many from each source, and counts them behind the rules that
 * translate. They end there, before conntrack keeps them: so each of them is a new flow.
 */
export async function flood(
  { addresses, node }: Stage,
  from: Host,
  sources: readonly Address[],
  each: number,
): Promise<Counted> {
  const ip = nftFamily(addresses.family);
  const table = [ip, `witness-${from.namespace}`];
  const destination = addresses.service(0);
  const of = `${ip} saddr ${sources[0]}-${sources.at(-1)} meta l4proto udp`;
  const rules = `table ${table.join(' ')} {
    counter untouched { }
    counter translated { }
    chain count {
      ${ip} daddr ${destination} counter name untouched drop
      counter name translated drop
    }
    chain prerouting {
      type filter hook prerouting priority -99
      ${of} goto count
    }
    chain output {
      type filter hook output priority -99
      ${of} goto count
    }
  }`;
  await node.exec('nft', ['-f', '-'], { input: rules });
  const read = async (name: string) => {
    const listed = await node.exec('nft', ['list', 'counter', ...table, name]);
    return Number(/packets (\d+)/.exec(listed)?.[1]);
  };
  const count = async () => ({ untouched: await read('untouched'), translated: await read('translated') });
  let rounds = each;
  const send = async () => {
    const what: Flood = { sources, each: rounds, destination, port: servicePort };
    await using script = startScript(from, 'flood.ts', what);
    await script.end();
    // A busy machine drops packets before the rules see them: others come in their place.
    rounds = 1;
    return await count();
  };
  return await until(send, ({ untouched, translated }) => untouched + translated >= sources.length * each);
}

export interface Flood {
  readonly sources: readonly Address[];
  readonly each: number;
  readonly destination: Address;
  readonly port: number;
}
