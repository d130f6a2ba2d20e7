import { servicePortOfChain } from '../../nftables/kube-proxy-chains.ts';
import type { Frontend } from '../../plan/service-plan.ts';
import type { RuleStep, Step } from '../../trace/trace.ts';
import { eachStep } from '../each-step.ts';
import type { Knowledge, Target } from '../explanation.ts';
import { type ChainRole, chainRole } from './chain-role.ts';
import { serviceInComment } from './rule-words.ts';

/** The service port at the packet's destination: by the objects, else by the first rule on its path that names one. */
export function findTarget(path: readonly Step[], { target }: Knowledge): Target | undefined {
  if (target !== undefined) return { service: target.plan.name, frontend: target.frontend.kind };
  for (const step of eachStep(path, (fork) => (fork.kind === 'fork' ? fork.branches : undefined))) {
    const found = step.kind === 'rule' ? targetInRule(step) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function targetInRule(step: RuleStep): Target | undefined {
  const role = chainRole(step.table, step.chain);
  const next = 'chain' in step.effect ? step.effect.chain : undefined;
  if (role === undefined || role === 'health-check-ports') return undefined;
  const service =
    serviceInComment(step.comment) ?? (next === undefined ? undefined : servicePortOfChain(next));
  if (service === undefined) return undefined;
  return { service, frontend: frontendInRule(step, role) };
}

/** By kube-proxy's comments in mode iptables, and by where the rule leads in mode nftables. */
export function frontendInRule(step: RuleStep, role: ChainRole): Frontend['kind'] | undefined {
  const word = / (cluster|external|loadbalancer) IP$/.exec(step.comment)?.[1];
  if (word !== undefined) return frontendWords[word];
  if (isNodePortRule(step, role)) return 'NodePort';
  if (role === 'firewall-check') return 'LoadBalancerIP';
  if (role === 'refusal' && step.table.endsWith(' filter') && step.chain === 'KUBE-SERVICES')
    return 'ClusterIP';
  const { effect } = step;
  if (role !== 'entry' || !('chain' in effect)) return undefined;
  const next = chainRole(step.table, effect.chain);
  return next === 'pick' || next === 'pick-local' ? 'ClusterIP' : undefined;
}

export function isNodePortRule({ rule }: RuleStep, role: ChainRole): boolean {
  return (
    role === 'node-ports' ||
    /@(service-nodeports|no-endpoint-node-?ports)\b/.test(rule) ||
    isLocalRefusal(rule, role)
  );
}

/** In mode iptables node ports without an endpoint are refused where the address is the node's. */
function isLocalRefusal(rule: string, role: ChainRole): boolean {
  return role === 'refusal' && /--dst-type LOCAL\b/.test(rule);
}

const frontendWords: Readonly<Record<string, Frontend['kind']>> = {
  cluster: 'ClusterIP',
  external: 'ExternalIP',
  loadbalancer: 'LoadBalancerIP',
};
