import { formatEndpoint } from '../../net/address.ts';
import type { RuleStep } from '../../trace/trace.ts';
import { type ChainRole, chainRole } from './chain-role.ts';
import { isNodePortRule } from './find-target.ts';
import { frontendNames, type ReasonContext, serviceName, targetWords } from './reason-context.ts';
import { senderCondition, serviceInComment } from './rule-words.ts';

/** Why a rule in a chain of a service proxy did what it did; `undefined` for rules that it has no words for. */
export function serviceReason(step: RuleStep, role: ChainRole, context: ReasonContext): string | undefined {
  const { effect } = step;
  const markReason = reasonToMark(step, role, context);
  if (markReason !== undefined) return `marked for masquerading: ${markReason}`;
  switch (effect.kind) {
    case 'jump':
    case 'goto':
      return jumpReason(step, role, effect.chain, context);
    case 'reject':
      return `rejected: ${refusalReason(step, role, 'reject', context)}`;
    case 'drop':
      return `dropped: ${refusalReason(step, role, 'drop', context)}`;
    case 'destination-nat':
      return `translated: to ${formatEndpoint(effect.address, effect.port ?? context.packet.port)}, an endpoint of ${serviceName(context)}`;
    case 'masquerade':
      return masqueradeReason(step, context);
    case 'mark':
      return role === 'mark'
        ? 'the mark asks for masquerading'
        : 'the mark has done its work, and is taken off';
    case 'return':
      return role === 'postrouting' ? 'not masqueraded: no rule asked for it' : undefined;
    case 'accept':
      return acceptReason(step, role);
    default:
      return undefined;
  }
}

/** Why this rule asks for masquerading; `undefined` where it does not. */
export function reasonToMark(step: RuleStep, role: ChainRole, context: ReasonContext): string | undefined {
  const { effect, rule } = step;
  const asks =
    effect.kind === 'mark'
      ? role !== 'mark' && role !== 'postrouting' && effect.field === 'mark'
      : 'chain' in effect && chainRole(step.table, effect.chain) === 'mark';
  if (!asks) return undefined;
  const sender = senderCondition(rule);
  switch (role) {
    case 'endpoint':
      return 'the client is the endpoint itself (hairpin)';
    case 'external':
      return sender?.kind === 'local' ? 'the node itself sends' : 'externalTrafficPolicy is Cluster';
    case 'entry':
    case 'pick':
    case 'pick-local':
      return outsideReason(sender, context);
    default:
      return 'a rule asks for it';
  }
}

function outsideReason(sender: ReturnType<typeof senderCondition>, { isFromNode }: ReasonContext): string {
  switch (sender?.kind) {
    case 'network':
      return isFromNode
        ? `the node itself sends, from an address not in ${sender.network}`
        : `the client is outside the cluster (not in ${sender.network})`;
    case 'interface':
      return isFromNode
        ? `the node itself sends, not a pod behind ${sender.interface}`
        : `the client is outside the cluster (it does not come in by ${sender.interface})`;
    default:
      return 'all traffic to ClusterIPs is (masqueradeAll)';
  }
}

function jumpReason(
  step: RuleStep,
  role: ChainRole,
  chain: string,
  context: ReasonContext,
): string | undefined {
  switch (role) {
    case 'entry':
    case 'node-ports':
      return chainRole(step.table, chain) === 'node-ports'
        ? 'an address of the node: is it for a node port?'
        : matchedReason(step, role, context) + policyReason(step, chain);
    case 'firewall-check':
      return `matched: ${serviceName(context)} has loadBalancerSourceRanges`;
    case 'firewall':
      return `loadBalancerSourceRanges${rangeOf(step)} hold ${context.packet.source}`;
    case 'external':
      return externalReason(step, chain);
    case 'pick':
    case 'pick-local':
      return pickReason(step);
    case 'refusal':
      return refusalLookupReason(step, role, chain, context);
    default:
      return undefined;
  }
}

function matchedReason(step: RuleStep, role: ChainRole, context: ReasonContext): string {
  const { target, packet } = context;
  const nodePort = isNodePortRule(step, role);
  // Comments and chain names may name a Service without its address; this rule has the address.
  if (target !== undefined)
    return `matched: ${targetWords({ ...target, ...(nodePort && { frontend: 'NodePort' }) })}`;
  const what = nodePort ? frontendNames.NodePort : 'address and port';
  return `matched: ${what} ${nodePort ? packet.port : formatEndpoint(packet.destination, packet.port)} of a Service, which the rules do not name`;
}

/** A ClusterIP leads to this node's endpoints only by internalTrafficPolicy Local. */
function policyReason({ table }: RuleStep, chain: string): string {
  return chainRole(table, chain) === 'pick-local'
    ? ', internalTrafficPolicy Local: only endpoints on this node'
    : '';
}

function rangeOf({ rule }: RuleStep): string {
  const sender = senderCondition(rule);
  return sender?.kind === 'network' ? ` (${sender.network})` : '';
}

function externalReason({ table, rule }: RuleStep, chain: string): string {
  const sender = senderCondition(rule);
  if (sender?.kind === 'local')
    return 'the node itself sends: every endpoint may serve, whatever externalTrafficPolicy';
  if (sender !== undefined)
    return `the client is a pod (${sender.kind === 'network' ? `in ${sender.network}` : `it comes in by ${sender.interface}`}): every endpoint may serve, whatever externalTrafficPolicy`;
  if (chainRole(table, chain) === 'pick-local')
    return 'externalTrafficPolicy Local: only endpoints on this node';
  return 'externalTrafficPolicy Cluster: every endpoint may serve';
}

function pickReason({ rule }: RuleStep): string {
  if (/ --rcheck | -m recent |saddr @/.test(rule))
    return 'session affinity: the endpoint that the client had before';
  return 'on to this endpoint';
}

/** The reason of a lookup that found a refusal is that of the rule that refuses. */
function refusalLookupReason(step: RuleStep, role: ChainRole, chain: string, context: ReasonContext): string {
  if (chainRole(step.table, chain) !== 'refusal' || step.element === undefined)
    return 'is it for a Service without endpoints?';
  const refuses = /DROP|drop/.test(chain) ? 'drop' : 'reject';
  return `matched: ${refusalReason(step, role, refuses, context)}`;
}

function refusalReason(
  step: RuleStep,
  role: ChainRole,
  refusal: 'reject' | 'drop',
  context: ReasonContext,
): string {
  const { packet, target } = context;
  const service = serviceName(context);
  switch (role) {
    case 'firewall':
    case 'firewall-check':
      return `loadBalancerSourceRanges of ${service}${rangesOf(step, context)} do not hold ${packet.source}`;
    case 'cluster-ips':
      return refusal === 'reject'
        ? `${packet.destination} is the ClusterIP of a Service that has no port ${packet.port}/${packet.protocol}`
        : `${packet.destination} is in the service network, and no Service has it`;
    case 'loopback-guard':
      return 'nobody but the node itself may send to 127.0.0.0/8';
    case 'forward':
      return 'conntrack finds the packet invalid';
    case 'refusal': {
      if (refusal === 'reject') return `${service} has no endpoints`;
      return `${policyWords(step, role, target)} Local and no endpoint on this node`;
    }
    default:
      return `by the rules of ${service}`;
  }
}

/** The policy in question: internalTrafficPolicy for ClusterIPs, externalTrafficPolicy for all other addresses. */
function policyWords(step: RuleStep, role: ChainRole, target: ReasonContext['target']): string {
  if (isNodePortRule(step, role) || step.chain === 'KUBE-EXTERNAL-SERVICES') return 'externalTrafficPolicy';
  if (target?.frontend === undefined) return 'traffic policy';
  return target.frontend === 'ClusterIP' ? 'internalTrafficPolicy' : 'externalTrafficPolicy';
}

function rangesOf(step: RuleStep, { knowledge }: ReasonContext): string {
  const ranges = knowledge.target?.plan.firewall?.sourceRanges;
  if (ranges !== undefined) return ` (${ranges.join(', ')})`;
  const sender = senderCondition(step.rule);
  return sender?.kind === 'network' ? ` (${sender.network.replace(/^\{ | \}$/g, '')})` : '';
}

function masqueradeReason({ rule }: RuleStep, { markedBecause }: ReasonContext): string {
  if (/@hairpin/.test(rule)) return 'masqueraded: the client is the endpoint itself (hairpin)';
  return `masqueraded: ${markedBecause ?? 'the packet is marked for it'}`;
}

function acceptReason({ comment }: RuleStep, role: ChainRole): string {
  if (role !== 'health-check-ports')
    return role === 'forward' ? 'accepted: marked packets may pass' : 'accepted';
  const service = serviceInComment(comment);
  return `accepted: health check node port${service === undefined ? '' : ` of ${service}`}`;
}
