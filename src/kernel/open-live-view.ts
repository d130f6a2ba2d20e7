import type { Family } from '../net/family.ts';
import type { Rule } from '../rules-text/rule.ts';
import { TooManyPathsError } from '../trace/walk.ts';
import { iptablesHoldings } from './iptables/iptables-holdings.ts';
import { type LiveRules, LiveRulesError, openLiveRules } from './live-rules.ts';
import { traceLive } from './live-trace.ts';
import type { LiveView } from './live-view.ts';
import { nftListings } from './nft/nft-listings.ts';
import { servedServices } from './nft/served-services.ts';
import { dnsQuery } from './node/dns-query.ts';
import { listeningSockets } from './node/listening-sockets.ts';
import { liveNodeView } from './node/live-node-view.ts';
import { localPorts } from './node/local-ports.ts';
import { localAddresses } from './node/node-addresses.ts';
import { proxyTraces } from './node/proxy-traces.ts';
import { tcpConnect } from './node/tcp-connect.ts';
import { Unobservable } from './unobservable.ts';

/** This machine (its network namespace), as the checks of objects and rules see it. */
export function liveView(): LiveView {
  const holdings = once(iptablesHoldings);
  const traces = once(proxyTraces);
  const addresses = once(localAddresses);
  const rules = perFamily((family) => observable(openLiveRules(family)));
  const nodes = perFamily(liveNodeView);
  return {
    iptables: holdings,
    servedBy: servedServices,
    nftListings,
    proxyTraces: traces,
    listeners: listeningSockets,
    localPorts,
    localAddresses: addresses,
    tables: async (family) => (await rules(family)).ruleset.tables.map(({ name }) => name),
    chain: async (family, table, chain) => readChain(await rules(family), table, chain),
    async trace(packet) {
      const family = packet.destination.includes(':') ? 'IPv6' : 'IPv4';
      const [own, node] = await Promise.all([rules(family), nodes(family)]);
      await node.lookUpRoutes([packet.source]);
      const inputInterface = node.isLocal(packet.source) ? undefined : node.interfaceTo(packet.source);
      return observable(traceLive({ inputInterface, ...packet }, { rules: own, node }));
    },
    ask: dnsQuery,
    connect: tcpConnect,
  };
}

async function readChain(
  rules: LiveRules,
  table: string,
  chain: string,
): Promise<readonly Rule[] | 'absent'> {
  const find = () => rules.ruleset.tables.find(({ name }) => name === table)?.chain(chain) ?? 'absent';
  const found = find();
  if (found !== 'unread') return found;
  await observable(rules.read([{ table, chain }]));
  const read = find();
  if (read === 'unread') throw new Unobservable(`chain ${chain} of ${table} cannot be read`);
  return read;
}

/** What cannot be read, or not be followed, is no fault of this program. */
async function observable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof LiveRulesError || error instanceof TooManyPathsError)
      throw new Unobservable(error.message, { cause: error });
    throw error;
  }
}

function once<T>(look: () => T): () => T {
  let seen: { readonly value: T } | undefined;
  return () => {
    seen ??= { value: look() };
    return seen.value;
  };
}

function perFamily<T>(look: (family: Family) => Promise<T>): (family: Family) => Promise<T> {
  const each = { IPv4: once(() => look('IPv4')), IPv6: once(() => look('IPv6')) };
  return (family) => each[family]();
}
