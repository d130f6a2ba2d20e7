import { foreignProgram } from '../../../explain/reason/foreign-program.ts';
import { formatEndpoint } from '../../../net/address.ts';
import type { Trace } from '../../../trace/trace.ts';
import type { Finding } from '../../check.ts';
import { describeStop, type ForeignStop } from './foreign-stop.ts';
import type { SamplePacket } from './sample-packets.ts';

/** A packet and its trace through the rules in force. */
export interface TracedSample {
  readonly sample: SamplePacket;
  readonly trace: Trace;
}

/** The packets of a sample: those that were traced, and those that could not be. */
export interface TracedSamples {
  readonly traced: readonly TracedSample[];
  readonly untraced: readonly { readonly sample: SamplePacket; readonly reason: string }[];
}

/** `from a pod to Service default/web:http (10.96.0.10:80)`. */
export function describeFlow(sample: SamplePacket): string {
  const { plan, kind, packet } = sample;
  const to = formatEndpoint(packet.destination, packet.port);
  switch (kind) {
    case 'pod':
      return `from a pod of this node to Service ${plan.name} (${to})`;
    case 'node':
      return `from this node to Service ${plan.name} (${to})`;
    case 'hairpin':
      return `from an endpoint of Service ${plan.name} to its own Service (${to})`;
    case 'outside':
      return `from outside to Service ${plan.name} (${to})`;
    case 'direct':
      return `from a pod of this node directly to endpoint ${to} of Service ${plan.name}`;
  }
}

export function describePacket({ packet, plan }: SamplePacket): string {
  const { source, destination, port, protocol } = packet;
  return `${source} → ${formatEndpoint(destination, port)} ${protocol} (${plan.name})`;
}

/** The command that explains a packet. */
export function explain({ packet: { source, destination, port, protocol } }: SamplePacket): string {
  return `portolan explain --live --from ${source} --to ${formatEndpoint(destination, port)} --protocol ${protocol.toLowerCase()}`;
}

/** `a packet from …, sent on to 10.244.1.5:8080, is dropped by Docker: rule 2 of …`. */
export function describeStopped(sample: SamplePacket, stop: ForeignStop): string {
  const { destination, port } = sample.packet;
  const isTranslated = stop.destination !== formatEndpoint(destination, port);
  const on = isTranslated ? `, sent on to ${stop.destination},` : '';
  const done = `${stop.certain ? 'is' : 'may be'} ${stop.verdict === 'drop' ? 'dropped' : 'rejected'}`;
  const program = foreignProgram(stop.table, stop.chain);
  return `a packet ${describeFlow(sample)}${on} ${done} by ${program === undefined ? '' : `${program}: `}${describeStop(stop)}`;
}

/** The first of several packets that meet the same fate, and the number of the others. */
export function describeFirst(sample: SamplePacket, others: number): string {
  return `packet ${describePacket(sample)}${others === 0 ? '' : `, and ${others} more of the sample`}`;
}

/** The finding about packets that could not be traced. */
export function untracedFindings([first, ...rest]: TracedSamples['untraced']): readonly Finding[] {
  if (first === undefined) return [];
  return [
    {
      severity: 'unknown',
      looked: describeFirst(first.sample, rest.length),
      finding: `what the rules do with a packet ${describeFlow(first.sample)} cannot be told: ${first.reason}`,
    },
  ];
}
