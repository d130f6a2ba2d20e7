import { type Answer, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import { ExchangeError, type Exchanges } from '../../../src/dns/forward/exchange.ts';
import { ForwardCache } from '../../../src/dns/forward/forward-cache.ts';
import { Forwarder } from '../../../src/dns/forward/forwarder.ts';
import { Upstreams, upstreamOf } from '../../../src/dns/forward/upstreams.ts';
import type { Address } from '../../../src/net/address.ts';
import { writeQuery } from '../../../src/net/dns/write-query.ts';

/** What a fake server does with a question: answers with records, with a code, cut, or not at all. */
export type Behaviour = (query: Packet) => readonly Answer[] | number | 'cut' | 'silent' | Promise<'silent'>;

/** A forwarder to fake servers, each at 192.0.2.N, on a clock that stands still until it is set. */
export function fakeForwarder(servers: readonly Behaviour[], cacheSize = 100) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const now = () => clock.now;
  const exchange =
    (protocol: 'udp' | 'tcp'): Exchanges['udp'] =>
    async ({ address }, query) => {
      asked.push(`${protocol} ${address}`);
      const packet = decode(writeQuery(query));
      const does = await servers[Number(address.split('.')[3]) - 1]?.(packet);
      if (does === undefined || does === 'silent') throw new ExchangeError('no answer');
      const { id, questions } = packet;
      const head = {
        type: 'response',
        ...(id === undefined ? {} : { id }),
        questions: questions ?? [],
      } as const;
      if (does === 'cut' && protocol === 'udp') return encode({ ...head, flags: TRUNCATED_RESPONSE });
      if (typeof does === 'number') return encode({ ...head, flags: does });
      return encode({ ...head, answers: does === 'cut' ? [a('192.0.2.99')] : [...does] });
    };
  const cache = new ForwardCache(cacheSize, now);
  const upstreams = new Upstreams(
    servers.map((_server, index) => upstreamOf({ address: `192.0.2.${index + 1}` as Address, port: 53 })),
    now,
  );
  const forwarder = new Forwarder({
    ...{ upstreams, cache, ednsSize: 1_232 },
    exchanges: { udp: exchange('udp'), tcp: exchange('tcp') },
    observer: { asked: () => undefined, cacheAsked: () => undefined, refused: () => asked.push('refused') },
  });
  return { forwarder, cache, asked, clock };
}

/** An A record of www.example.com. */
export function a(data: string, ttl = 60): Answer {
  return { type: 'A', name: 'www.example.com', ttl, data };
}
