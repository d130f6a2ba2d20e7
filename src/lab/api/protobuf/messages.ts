/** What a field holds. Of texts, numbers and truths the zero value stands for nothing, but for those that are optional. */
export type FieldType =
  | 'text'
  | 'number'
  | 'optional number'
  | 'truth'
  | 'optional truth'
  | 'texts by name'
  | 'number or text'
  | { readonly message: MessageName };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly repeated: boolean;
}

export type Message = Readonly<Record<number, Field>>;

const text = (name: string): Field => ({ name, type: 'text', repeated: false });
const texts = (name: string): Field => ({ name, type: 'text', repeated: true });
const number = (name: string): Field => ({ name, type: 'number', repeated: false });
const optional = (name: string): Field => ({ name, type: 'optional number', repeated: false });
const truth = (name: string): Field => ({ name, type: 'truth', repeated: false });
const maybe = (name: string): Field => ({ name, type: 'optional truth', repeated: false });
const map = (name: string): Field => ({ name, type: 'texts by name', repeated: false });
const one = (name: string, message: MessageName): Field => ({ name, type: { message }, repeated: false });
const many = (name: string, message: MessageName): Field => ({ name, type: { message }, repeated: true });

export type MessageName =
  | 'ClientIPConfig'
  | 'ConfigMap'
  | 'Container'
  | 'ContainerPort'
  | 'Deployment'
  | 'DeploymentSpec'
  | 'EnvVar'
  | 'LabelSelector'
  | 'Namespace'
  | 'ObjectMeta'
  | 'PodSpec'
  | 'PodTemplateSpec'
  | 'Service'
  | 'ServicePort'
  | 'ServiceSpec'
  | 'SessionAffinityConfig'
  | 'TypeMeta'
  | 'Unknown';

/**
 * The numbers of the fields that `kubectl create` fills in (generated.proto in k8s.io/api and k8s.io/apimachinery). Others are
 * passed over.
 */
export const messages: Readonly<Record<MessageName, Message>> = {
  Unknown: { 1: one('typeMeta', 'TypeMeta') },
  TypeMeta: { 1: text('apiVersion'), 2: text('kind') },
  ObjectMeta: {
    1: text('name'),
    2: text('generateName'),
    3: text('namespace'),
    11: map('labels'),
    12: map('annotations'),
  },
  LabelSelector: { 1: map('matchLabels') },
  Namespace: { 1: one('metadata', 'ObjectMeta') },
  ConfigMap: {
    1: one('metadata', 'ObjectMeta'),
    2: map('data'),
    4: maybe('immutable'),
  },
  Deployment: { 1: one('metadata', 'ObjectMeta'), 2: one('spec', 'DeploymentSpec') },
  DeploymentSpec: {
    1: optional('replicas'),
    2: one('selector', 'LabelSelector'),
    3: one('template', 'PodTemplateSpec'),
    5: number('minReadySeconds'),
    6: optional('revisionHistoryLimit'),
    7: truth('paused'),
  },
  PodTemplateSpec: { 1: one('metadata', 'ObjectMeta'), 2: one('spec', 'PodSpec') },
  PodSpec: {
    2: many('containers', 'Container'),
    3: text('restartPolicy'),
    4: optional('terminationGracePeriodSeconds'),
    6: text('dnsPolicy'),
    7: map('nodeSelector'),
    10: text('nodeName'),
    11: truth('hostNetwork'),
    20: many('initContainers', 'Container'),
  },
  Container: {
    1: text('name'),
    2: text('image'),
    3: texts('command'),
    4: texts('args'),
    5: text('workingDir'),
    6: many('ports', 'ContainerPort'),
    7: many('env', 'EnvVar'),
    14: text('imagePullPolicy'),
  },
  ContainerPort: {
    1: text('name'),
    2: number('hostPort'),
    3: number('containerPort'),
    4: text('protocol'),
    5: text('hostIP'),
  },
  EnvVar: { 1: text('name'), 2: text('value') },
  Service: { 1: one('metadata', 'ObjectMeta'), 2: one('spec', 'ServiceSpec') },
  ServiceSpec: {
    1: many('ports', 'ServicePort'),
    2: map('selector'),
    3: text('clusterIP'),
    4: text('type'),
    5: texts('externalIPs'),
    7: text('sessionAffinity'),
    8: text('loadBalancerIP'),
    9: texts('loadBalancerSourceRanges'),
    10: text('externalName'),
    11: text('externalTrafficPolicy'),
    12: number('healthCheckNodePort'),
    13: truth('publishNotReadyAddresses'),
    14: one('sessionAffinityConfig', 'SessionAffinityConfig'),
    17: text('ipFamilyPolicy'),
    18: texts('clusterIPs'),
    19: texts('ipFamilies'),
    20: maybe('allocateLoadBalancerNodePorts'),
    21: text('loadBalancerClass'),
    22: text('internalTrafficPolicy'),
    23: text('trafficDistribution'),
  },
  ServicePort: {
    1: text('name'),
    2: text('protocol'),
    3: number('port'),
    4: { name: 'targetPort', type: 'number or text', repeated: false },
    5: number('nodePort'),
    6: text('appProtocol'),
  },
  SessionAffinityConfig: { 1: one('clientIP', 'ClientIPConfig') },
  ClientIPConfig: { 1: optional('timeoutSeconds') },
};
