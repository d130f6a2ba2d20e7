import { parseAddress } from '../../../../net/address.ts';
import { parseCidr } from '../../../../net/cidr.ts';
import { nameRules } from '../../../../state/object-names.ts';
import type { ServiceSpec } from '../../kinds/service.ts';
import { type Fault, forbidden, invalid, labels, named, oneOf, required } from '../faults.ts';
import type { Context, Written } from '../written.ts';
import { isExternallyAccessible, isHeadless, mayHaveNodePorts, needsHealthCheck } from './service-types.ts';
import { validateClusterIPs, validateClusterIPsUpdate } from './validate-cluster-ips.ts';
import { validatePorts } from './validate-ports.ts';

/** What is wrong with a Service (pkg/apis/core/validation). */
export function validateService(
  { spec }: Written<'Service'>,
  { before }: Context<'Service'>,
): readonly Fault[] {
  return [
    ...oneOf('spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...validateExternalName(spec),
    ...validatePorts(spec),
    ...labels('spec.selector', spec.selector),
    ...validateAffinity(spec),
    ...validateClusterIPs(spec),
    ...(before === undefined ? [] : validateClusterIPsUpdate(spec, before.spec)),
    ...addresses('spec.externalIPs', spec.externalIPs),
    ...validateLoadBalancer(spec),
    ...validatePolicies(spec, before?.spec),
  ];
}

function validateExternalName(spec: ServiceSpec): readonly Fault[] {
  const { type, externalName = '', clusterIPs, ipFamilies, ipFamilyPolicy } = spec;
  if (type !== 'ExternalName') {
    const isNone = mayHaveNodePorts(spec) && isHeadless(spec);
    return isNone
      ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)]
      : [];
  }
  const why = 'may not be set for ExternalName services';
  const name = externalName.replace(/\.$/, '');
  return [
    ...(clusterIPs === undefined ? [] : [forbidden('spec.clusterIPs', why)]),
    ...(ipFamilies === undefined ? [] : [forbidden('spec.ipFamilies', why)]),
    ...(ipFamilyPolicy === undefined ? [] : [forbidden('spec.ipFamilyPolicy', why)]),
    ...(name === ''
      ? [required('spec.externalName')]
      : named('spec.externalName', name, nameRules.subdomain)),
  ];
}

const longestAffinity = 86_400;

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): readonly Fault[] {
  const field = 'spec.sessionAffinityConfig';
  const timeout = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 1;
  const isRight = timeout > 0 && timeout <= longestAffinity;
  return [
    ...oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']),
    ...(sessionAffinity === 'None' && sessionAffinityConfig !== undefined
      ? [forbidden(field, 'must not be set when session affinity is None')]
      : []),
    ...(isRight
      ? []
      : [
          invalid(
            `${field}.clientIP.timeoutSeconds`,
            timeout,
            `must be greater than 0 and less than ${longestAffinity}`,
          ),
        ]),
  ];
}

function addresses(field: string, given: readonly string[] | undefined): readonly Fault[] {
  return (given ?? []).flatMap((address, index) =>
    parseAddress(address) === undefined
      ? [
          invalid(
            `${field}[${index}]`,
            address,
            'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
          ),
        ]
      : [],
  );
}

function validateLoadBalancer(spec: ServiceSpec): readonly Fault[] {
  const { type, loadBalancerSourceRanges: ranges = [], loadBalancerClass } = spec;
  const only = "may only be used when `type` is 'LoadBalancer'";
  const isBalancer = type === 'LoadBalancer';
  return [
    ...(isBalancer || ranges.length === 0 ? [] : [forbidden('spec.LoadBalancerSourceRanges', only)]),
    ...ranges.flatMap((range, index) =>
      parseCidr(range.trim()) === undefined
        ? [
            invalid(
              `spec.LoadBalancerSourceRanges[${index}]`,
              range,
              'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
            ),
          ]
        : [],
    ),
    ...(isBalancer || loadBalancerClass === undefined ? [] : [forbidden('spec.loadBalancerClass', only)]),
    ...(isBalancer || spec.allocateLoadBalancerNodePorts === undefined
      ? []
      : [forbidden('spec.allocateLoadBalancerNodePorts', only)]),
  ];
}

function validatePolicies(spec: ServiceSpec, before: ServiceSpec | undefined): readonly Fault[] {
  const policies = ['Cluster', 'Local'];
  const { externalTrafficPolicy: external, internalTrafficPolicy, healthCheckNodePort: port } = spec;
  const onlyLocal = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  const wasChecked = before !== undefined && needsHealthCheck(before) && needsHealthCheck(spec);
  return [
    ...(isExternallyAccessible(spec)
      ? oneOf('spec.externalTrafficPolicy', external, policies)
      : external === undefined
        ? []
        : [
            invalid(
              'spec.externalTrafficPolicy',
              external,
              'may only be set for externally-accessible services',
            ),
          ]),
    ...(port === undefined || needsHealthCheck(spec)
      ? []
      : [invalid('spec.healthCheckNodePort', port, onlyLocal)]),
    ...(wasChecked && port !== before.healthCheckNodePort
      ? [forbidden('spec.healthCheckNodePort', 'field is immutable')]
      : []),
    ...(internalTrafficPolicy === undefined
      ? []
      : oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, policies)),
    ...(spec.trafficDistribution === undefined
      ? []
      : oneOf('spec.trafficDistribution', spec.trafficDistribution, [
          'PreferClose',
          'PreferSameZone',
          'PreferSameNode',
        ])),
  ];
}
