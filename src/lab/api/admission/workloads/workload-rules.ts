import isEqual from 'lodash/isEqual.js';
import type { PodTemplate } from '../../kinds/pod.ts';
import { selects } from '../../kinds/selects.ts';
import type { LabelSelector } from '../../kinds/values.ts';
import { type Fault, invalid, labels, notNegative, oneOf, required } from '../faults.ts';
import type { KindRules } from '../written.ts';
import { completePodSpec } from './complete-pod.ts';
import { validatePodSpec } from './validate-pod.ts';

const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%' };

export const deploymentRules: KindRules<'Deployment'> = {
  complete: ({ spec, ...object }, { before }) => {
    const type = spec.strategy?.type ?? 'RollingUpdate';
    return {
      ...object,
      ...(before === undefined ? { status: {} } : {}),
      spec: {
        replicas: 1,
        ...spec,
        template: completeTemplate(spec.template),
        strategy:
          type === 'RollingUpdate'
            ? { type, rollingUpdate: { ...rollingUpdate, ...spec.strategy?.rollingUpdate } }
            : { ...spec.strategy, type },
        revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
        progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
      },
    };
  },
  validate: ({ spec }, { before }) => [
    ...validateWorkload(spec, before?.spec),
    ...oneOf('spec.strategy.type', spec.strategy?.type, ['Recreate', 'RollingUpdate']),
  ],
};

export const replicaSetRules: KindRules<'ReplicaSet'> = {
  complete: ({ spec, ...object }, { before }) => ({
    ...object,
    ...(before === undefined ? { status: { replicas: 0 } } : {}),
    spec: { replicas: 1, ...spec, template: completeTemplate(spec.template) },
  }),
  validate: ({ spec }, { before }) => validateWorkload(spec, before?.spec),
};

export const statefulSetRules: KindRules<'StatefulSet'> = {
  complete: ({ spec, ...object }, { before }) => ({
    ...object,
    ...(before === undefined ? { status: { replicas: 0 } } : {}),
    spec: {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
      template: completeTemplate(spec.template),
    },
  }),
  validate: ({ spec }, { before }) => validateWorkload(spec, before?.spec),
};

export const daemonSetRules: KindRules<'DaemonSet'> = {
  complete: ({ spec, ...object }, { before }) => ({
    ...object,
    ...(before === undefined ? { status: {} } : {}),
    spec: {
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
      template: completeTemplate(spec.template),
    },
  }),
  validate: ({ spec }, { before }) => validateWorkload(spec, before?.spec),
};

function completeTemplate({ spec, ...template }: PodTemplate): PodTemplate {
  return { ...template, spec: completePodSpec(spec) };
}

interface WorkloadSpec {
  readonly replicas?: number | undefined;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
}

function validateWorkload(spec: WorkloadSpec, before: WorkloadSpec | undefined): readonly Fault[] {
  const { selector, template, replicas } = spec;
  const own = template.metadata?.labels ?? {};
  const isEmpty =
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  return [
    ...notNegative('spec.replicas', replicas),
    ...(isEmpty ? [required('spec.selector')] : []),
    ...labels('spec.template.metadata.labels', own),
    ...(isEmpty || selects(selector, own)
      ? []
      : [invalid('spec.template.metadata.labels', own, '`selector` does not match template `labels`')]),
    ...(before === undefined || isEqual(before.selector, selector)
      ? []
      : [invalid('spec.selector', selector, 'field is immutable')]),
    ...oneOf('spec.template.spec.restartPolicy', template.spec.restartPolicy, ['Always']),
    ...validatePodSpec('spec.template.spec', template.spec),
  ];
}
