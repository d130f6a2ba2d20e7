import type { Address } from '../net/address.ts';
import type { Cidr } from '../net/cidr.ts';
import type { Protocol } from '../net/family.ts';
import type { LocalDetector } from '../plan/local-detector.ts';
import type { ChainName } from './chain-names.ts';

/**
 * The text of rules, in the order and form in which iptables-save prints them: what is written and what is
 * read back are then the same text.
 */

/** A rule without its chain: what follows `-A CHAIN `. */
export type Rule = string & { readonly brand: 'Rule' };

/** The options of iptables itself, before any `-m`. */
export interface PacketMatch {
  readonly source?: Address | Cidr;
  readonly destination?: Address | Cidr;
  readonly protocol?: Protocol;
  /** Match by where local pods come from, or do not. */
  readonly localTraffic?: { readonly detector: LocalDetector; readonly local: boolean };
}

/** Joins a rule from its packet match, its `-m` matches in order (empty ones are left out), and its target. */
export function rule(packet: PacketMatch, matches: readonly string[], target: string): Rule {
  let text = packetOptions(packet);
  for (const match of matches) if (match !== '') text += `${match} `;
  return (target === '' ? text.trimEnd() : text + target) as Rule;
}

/** Each option with a blank behind it. */
function packetOptions({ source, destination, protocol, localTraffic }: PacketMatch): string {
  let text = '';
  if (localTraffic?.detector.by === 'cidr') {
    text += `${negation(localTraffic.local)}-s ${localTraffic.detector.cidr} `;
  }
  if (source !== undefined) text += `-s ${withPrefix(source)} `;
  if (destination !== undefined) text += `-d ${withPrefix(destination)} `;
  if (localTraffic !== undefined && localTraffic.detector.by !== 'cidr') {
    text += `${negation(localTraffic.local)}-i ${interfacePattern(localTraffic.detector)} `;
  }
  return protocol === undefined ? text : `${text}-p ${protocol.toLowerCase()} `;
}

/** A trailing `+` stands for the rest of a name. */
function interfacePattern(detector: Exclude<LocalDetector, { by: 'cidr' }>): string {
  return detector.by === 'interface' ? detector.interface : `${detector.prefix}+`;
}

function negation(holds: boolean): string {
  return holds ? '' : '! ';
}

function withPrefix(network: Address | Cidr): string {
  if (network.includes('/')) return network;
  return network.includes(':') ? `${network}/128` : `${network}/32`;
}

/** A comment. Its words come from checked names and addresses only, so none needs escaping. */
export function comment(text: string): string {
  return `-m comment --comment "${text}"`;
}

export function destinationPort(protocol: Protocol, port: number): string {
  return `-m ${protocol.toLowerCase()} --dport ${port}`;
}

export const destinationIsLocal = '-m addrtype --dst-type LOCAL';
export const sourceIsLocal = '-m addrtype --src-type LOCAL';

/** One of `remaining` endpoints, each as likely as the others. */
export function oneOf(remaining: number): string {
  return `-m statistic --mode random --probability ${probability(1 / remaining)}`;
}

/**
 * The kernel keeps a probability in 31 bits (xt_statistic); iptables-save prints what it kept. kube-proxy gives it
 * ten decimals, and for the same rules so must this.
 */
function probability(value: number): string {
  return (Math.round(Number(value.toFixed(10)) * 2 ** 31) / 2 ** 31).toFixed(11);
}

/** Matches clients that the endpoint's list has seen within the timeout (xt_recent). */
export function recentlySeen(list: ChainName, seconds: number, mask: string): string {
  return `-m recent --rcheck --seconds ${seconds} --reap --name ${list} --mask ${mask} --rsource`;
}

/** Puts the client on the endpoint's list. */
export function remember(list: ChainName, mask: string): string {
  return `-m recent --set --name ${list} --mask ${mask} --rsource`;
}

export function jump(chain: ChainName): string {
  return `-j ${chain}`;
}
