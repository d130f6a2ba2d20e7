import isEqual from 'lodash/isEqual.js';
import { nameRules } from '../../../../state/object-names.ts';
import type { Container, PodSpec } from '../../kinds/pod.ts';
import {
  duplicate,
  type Fault,
  forbidden,
  labels,
  named,
  notNegative,
  oneOf,
  portNumber,
  required,
} from '../faults.ts';
import { validateTarget } from '../services/validate-ports.ts';
import type { Context, Written } from '../written.ts';

/** What is wrong with a Pod. */
export function validatePod({ spec }: Written<'Pod'>, { before }: Context<'Pod'>): readonly Fault[] {
  return [
    ...validatePodSpec('spec', spec),
    ...(before === undefined ? [] : validateUpdate(spec, before.spec)),
  ];
}

export function validatePodSpec(field: string, spec: PodSpec): readonly Fault[] {
  const { containers, initContainers = [], hostname, subdomain } = spec;
  return [
    ...(containers.length === 0 ? [required(`${field}.containers`)] : []),
    ...validateContainers(`${field}.containers`, containers),
    ...validateContainers(`${field}.initContainers`, initContainers),
    ...labels(`${field}.nodeSelector`, spec.nodeSelector),
    ...(hostname === undefined ? [] : named(`${field}.hostname`, hostname, nameRules.label)),
    ...(subdomain === undefined ? [] : named(`${field}.subdomain`, subdomain, nameRules.label)),
    ...notNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
  ];
}

function validateContainers(field: string, containers: readonly Container[]): readonly Fault[] {
  return containers.flatMap(({ name, ports = [] }, index) => {
    const at = `${field}[${index}]`;
    const isRepeated = containers.findIndex((other) => other.name === name) < index;
    return [
      ...(name === '' ? [required(`${at}.name`)] : named(`${at}.name`, name, nameRules.label)),
      ...(isRepeated ? [duplicate(`${at}.name`, name)] : []),
      ...ports.flatMap((port, number) => [
        ...portNumber(`${at}.ports[${number}].containerPort`, port.containerPort),
        ...oneOf(`${at}.ports[${number}].protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']),
        ...validateTarget(`${at}.ports[${number}].name`, port.name),
      ]),
    ];
  });
}

/** What may change of a Pod that is there already: where it was not said yet, its node; images; tolerations. */
function validateUpdate(spec: PodSpec, before: PodSpec): readonly Fault[] {
  const isSame = isEqual(fixed(spec), fixed(before));
  const keepsNode = before.nodeName === undefined || spec.nodeName === before.nodeName;
  if (isSame && keepsNode) return [];
  const why =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [forbidden('spec', why)];
}

function fixed({ nodeName: _node, tolerations: _tolerations, containers, ...spec }: PodSpec): unknown {
  return { ...spec, containers: containers.map(({ image: _image, ...container }) => container) };
}
