import { suggestField } from '../../config/did-you-mean.ts';
import { type Address, familyOf } from '../../net/address.ts';
import { servicePortName } from '../../plan/plan-service.ts';
import type { Frontend, ServicePortPlan } from '../../plan/service-plan.ts';
import { UserError } from '../../program/exit-status.ts';
import type { ServiceKey, ServicePortRecord, ServiceRecord } from '../../state/records.ts';
import type { ExplainOptions } from '../explain-options.ts';
import { type ExplainObjects, plansOf } from './explain-objects.ts';
import type { ServiceText } from './packet-ends.ts';
import { askedProtocol, type PacketTarget } from './packet-target.ts';

/**
 * Where clients reach a service port that `--to` names, by the kind of address that `--via` names. Throws a `UserError`
 * where the objects have no such Service, port or address.
 */
export function serviceAddresses(
  to: ServiceText,
  options: ExplainOptions,
  nodeAddresses: readonly Address[],
  objects: ExplainObjects | undefined,
): readonly PacketTarget[] {
  if (objects === undefined)
    throw new UserError(
      `--to ${options.to}: names of Services need objects: name files (--source) or the API server (--kubeconfig), or give IP:PORT`,
    );
  const service = findService(to, options, objects);
  const port = findPort(service, to, options);
  const name = servicePortName(service.key, port.name);
  const plans = plansOf(service.key, objects).filter(
    (plan) => plan.name === name && plan.protocol === port.protocol,
  );
  const kind = frontendKinds[options.via ?? 'clusterip'];
  const targets = plans.flatMap((plan) => targetsOf(plan, kind, nodeAddresses));
  if (targets.length === 0) throw new UserError(`--to ${options.to}: ${noAddress(name, kind, plans)}`);
  return targets;
}

const frontendKinds = {
  clusterip: 'ClusterIP',
  nodeport: 'NodePort',
  loadbalancer: 'LoadBalancerIP',
  external: 'ExternalIP',
} as const satisfies Record<string, Frontend['kind']>;

function findService(
  { namespace, name }: ServiceText,
  { to }: ExplainOptions,
  objects: ExplainObjects,
): ServiceRecord {
  const { services } = objects.loaded.state;
  const keys =
    namespace === undefined
      ? [...services.keys()].filter((key) => key.endsWith(`/${name}`))
      : [`${namespace}/${name}` as ServiceKey];
  if (keys.length > 1)
    throw new UserError(`--to ${to}: there are Services ${keys.join(' and ')}; write namespace/name`);
  const found = keys.flatMap((key) => services.get(key) ?? [])[0];
  if (found !== undefined) return found;
  const meant = similar(namespace, name, services.keys());
  const suggestion = meant === undefined ? '' : `; did you mean ${meant}?`;
  const reason = 'that this proxy serves; headless ones and those of other proxies do not count';
  throw new UserError(
    `--to ${to}: the source has no Service ${namespace === undefined ? '' : `${namespace}/`}${name} ${reason}${suggestion}`,
  );
}

/** Names of Services and namespaces have no dots, so the suggestions for configuration fields serve for them too. */
function similar(
  namespace: string | undefined,
  name: string,
  keys: Iterable<ServiceKey>,
): string | undefined {
  const paths = Array.from(keys, (key) =>
    namespace === undefined ? key.slice(key.indexOf('/') + 1) : key.replace('/', '.'),
  );
  return suggestField(namespace ?? '', name, paths)?.replaceAll('.', '/');
}

function findPort(
  { key, ports }: ServiceRecord,
  { port }: ServiceText,
  options: ExplainOptions,
): ServicePortRecord {
  const protocol = askedProtocol(options);
  const named = ports
    .filter((one) => protocol === undefined || one.protocol === protocol)
    .filter((one) => port === undefined || one.name === port || String(one.port) === port);
  // DNS has the same port number for TCP and UDP.
  const [only, ...others] = named.length > 1 ? named.filter((one) => isTcpOfAll(one, named)) : named;
  if (only !== undefined && others.length === 0) return only;
  const what = port === undefined ? 'has not just one port' : `has no port ${port}`;
  const of = protocol === undefined ? '' : ` of ${protocol}`;
  throw new UserError(
    `--to ${options.to}: Service ${key} ${what}${of}; it has ${ports.map(portWords).join(', ')}`,
  );
}

function isTcpOfAll(one: ServicePortRecord, all: readonly ServicePortRecord[]): boolean {
  return one.protocol === 'TCP' && all.every(({ port }) => port === one.port);
}

function portWords({ name, port, protocol }: ServicePortRecord): string {
  return name === '' ? `${port}/${protocol}` : `${name} (${port}/${protocol})`;
}

function targetsOf(
  plan: ServicePortPlan,
  kind: Frontend['kind'],
  nodeAddresses: readonly Address[],
): readonly PacketTarget[] {
  const { protocol, family } = plan;
  return plan.frontends
    .filter((frontend) => frontend.kind === kind)
    .flatMap((frontend) => {
      const { port } = frontend;
      if (frontend.kind !== 'NodePort') return [{ address: frontend.address, port, protocol }];
      const own = nodeAddresses.filter((address) => familyOf(address) === family);
      return own.map((address) => ({ address, port, protocol }));
    });
}

function noAddress(name: string, kind: Frontend['kind'], plans: readonly ServicePortPlan[]): string {
  const kinds = [...new Set(plans.flatMap(({ frontends }) => frontends.map((frontend) => frontend.kind)))];
  if (kinds.includes(kind)) return 'no address of the node is known; name one with --node-address';
  const others = kinds.map((one) => viaWords[one]).join(', ');
  return kinds.length === 0
    ? `${name} has no address that is its own to answer on`
    : `${name} has no ${kind}; choose another address with --via: ${others}`;
}

const viaWords: Readonly<Record<Frontend['kind'], string>> = {
  ClusterIP: 'clusterip',
  NodePort: 'nodeport',
  LoadBalancerIP: 'loadbalancer',
  ExternalIP: 'external',
};
