import { type Address, formatEndpoint } from '../../net/address.ts';
import type { RuleStep } from '../../trace/trace.ts';
import { type ChainRole, chainRole } from './chain-role.ts';
import { foreignProgram } from './foreign-program.ts';
import type { ReasonContext } from './reason-context.ts';
import { serviceReason } from './service-reason.ts';

/** Why a rule did what it did, in words. */
export function reasonOf(step: RuleStep, context: ReasonContext): string {
  const role = chainRole(step.table, step.chain);
  return (role === undefined ? jumpIntoRole(step) : serviceReason(step, role, context)) ?? plainReason(step);
}

/** A jump from a base chain, or from another program's chain, to one of a service proxy. */
function jumpIntoRole({ table, effect }: RuleStep): string | undefined {
  if (!('chain' in effect)) return undefined;
  const role = chainRole(table, effect.chain);
  return role === undefined ? undefined : questions[role];
}

const questions: Partial<Record<ChainRole, string>> = {
  entry: 'is it for a Service?',
  'node-ports': 'is it for a node port?',
  'health-check-ports': 'is it for a health check node port?',
  'firewall-check': 'do loadBalancerSourceRanges apply?',
  refusal: 'is it for a Service without endpoints?',
  'cluster-ips': 'is it for a ClusterIP, on a port that no Service has?',
  forward: 'may it be forwarded for a Service?',
  'loopback-guard': 'is it for 127.0.0.0/8, from elsewhere?',
  postrouting: 'is it to be masqueraded?',
};

/** What the rule does, with the program that it belongs to and its own comment. */
function plainReason(step: RuleStep): string {
  const { effect, table, chain, comment } = step;
  const program = foreignProgram(table, chain);
  const by = program === undefined ? '' : ` by ${program}`;
  const remark = comment.replace(digestOfCalico, '');
  const about = remark === '' ? '' : ` (“${remark}”)`;
  switch (effect.kind) {
    case 'jump':
    case 'goto':
      return `${jumpReason(step, effect.chain)}${about}`;
    case 'destination-nat':
      return `translated${by}: to ${destinationText(effect)}${about}`;
    case 'source-nat':
      return `the sender is hidden${by}: behind ${effect.address}${about}`;
    case 'mark':
      return `marked${by}: ${effect.field === 'mark' ? 'mark' : 'connection mark'} 0x${effect.mark.toString(16)}${about}`;
    case 'return':
      return `back to the chain before${about}`;
    case 'unknown':
      return `unknown from here${by}: ${effect.text}${about}`;
    default:
      return `${verbs[effect.kind]}${by}${about}`;
  }
}

/** Hashes by which Calico recognises its rules: of no use to readers. */
const digestOfCalico = /^cali:[\w-]{16}(;|(?= |$)) ?/;

function jumpReason({ table, chain }: RuleStep, next: string): string {
  const program = foreignProgram(table, next);
  if (program === undefined || program === foreignProgram(table, chain)) return `goes through ${next}`;
  return `goes through the rules of ${program}`;
}

function destinationText({
  address,
  port,
}: {
  readonly address: Address;
  readonly port: number | undefined;
}): string {
  return port === undefined ? address : formatEndpoint(address, port);
}

const verbs = {
  accept: 'accepted',
  drop: 'dropped',
  masquerade: 'masqueraded',
  untrack: 'not tracked: no translation happens',
  reject: 'rejected',
} as const;
