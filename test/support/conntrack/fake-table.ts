import type { ConntrackTable, Flow, FlowProtocol } from '../../../src/conntrack/flow.ts';
import { familyOf, parseAddress } from '../../../src/net/address.ts';
import type { Family } from '../../../src/net/family.ts';
import type { Endpoint } from '../../../src/plan/service-plan.ts';

/** A table of connection tracking in memory, which remembers how often it was read. */
export class FakeConntrackTable implements ConntrackTable {
  flows: readonly Flow[] = [];
  readonly passes: { readonly family: Family; readonly protocols: readonly FlowProtocol[] }[] = [];
  /** Called in the middle of each pass: where it rejects, the pass fails. */
  meanwhile: () => Promise<void> = async () => {};

  async deleteFlows(
    family: Family,
    protocols: readonly FlowProtocol[],
    isStale: (flow: Flow) => boolean,
  ): Promise<number> {
    this.passes.push({ family, protocols });
    const stale = this.flows.filter(
      (flow) =>
        familyOf(flow.destination.address) === family && protocols.includes(flow.protocol) && isStale(flow),
    );
    await this.meanwhile();
    this.flows = this.flows.filter((flow) => !stale.includes(flow));
    return stale.length;
  }
}

/** `udp 10.96.0.10:53 -> 10.244.0.1:53`, with `=` for the right side where the flow was not translated. */
export function flow(text: string): Flow {
  const [, protocol, destination = '', replySource = ''] = /^(udp|sctp) (\S+) -> (\S+)$/.exec(text) ?? [];
  if (protocol === undefined) throw new Error(`${text} is no flow`);
  return {
    protocol: protocol === 'udp' ? 'UDP' : 'SCTP',
    destination: endpoint(destination),
    replySource: endpoint(replySource === '=' ? destination : replySource),
  };
}

/** `10.96.0.10:53`, `[fd00:96::10]:53`. */
export function endpoint(text: string): Endpoint {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (address === undefined) throw new Error(`${text} is no address and port`);
  return { address, port: Number(port) };
}
