import type { ClusterIndex } from '../../../src/dns/objects/cluster-index.ts';
import { Responder, type ResponderOptions } from '../../../src/dns/respond/responder.ts';
import { domainName } from '../../../src/net/dns/domain-name.ts';
import type { Query } from '../../../src/net/dns/read-query.ts';
import { writeQuery } from '../../../src/net/dns/write-query.ts';
import { zone } from './cluster.ts';
import { type ReadResponse, readResponse } from './read-response.ts';

export interface Answered extends ReadResponse {
  /** Of the whole message. */
  readonly size: number;
}

/** A responder for these objects; `ask` reads what it answers. */
export function responderFor(index: ClusterIndex, options: Partial<ResponderOptions> = {}) {
  const responder = new Responder({
    names: { index, zone },
    isReady: () => true,
    forwarder: undefined,
    ednsSize: 1_232,
    isOwnProbe: () => false,
    observer: {
      responded: () => undefined,
      failed: (_query, error) => {
        throw error;
      },
    },
    ...options,
  });
  const respond = (message: Buffer, protocol: 'udp' | 'tcp' = 'udp') =>
    responder.respond(message, { protocol, family: '1', server: 'dns://test' });
  const ask = async (query: Query, protocol: 'udp' | 'tcp' = 'udp'): Promise<Answered> => {
    const response = await respond(writeQuery(query), protocol);
    if (response === undefined) throw new Error('there is no response');
    return { ...readResponse(response), size: response.length };
  };
  return { respond, ask };
}

/** A question for an A record, without EDNS. */
export function queryFor(name: string, fields: Partial<Query> & { readonly type?: number } = {}): Query {
  const { type = 1, ...rest } = fields;
  return {
    id: 0x1234,
    recursionDesired: true,
    checkingDisabled: false,
    question: { name: domainName(name), type, class: 1 },
    edns: undefined,
    ...rest,
  };
}
