/** The fields of a type: the name of the type of what is below each, or `undefined` where that is not looked at. */
export type Fields = Readonly<Record<string, string | undefined>>;

function fields(leaves: string, others: Readonly<Record<string, string>> = {}): Fields {
  const names = leaves.split(' ').filter((name) => name !== '');
  return { ...Object.fromEntries(names.map((name) => [name, undefined])), ...others };
}

/** All fields of these types in 1.36 (generated.proto in k8s.io/api). Kinds are types; events, which programs write, are none. */
export const fieldsByType: Readonly<Record<string, Fields>> = {
  ObjectMeta: fields(
    'name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp ' +
      'deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields',
  ),
  LabelSelector: fields('matchLabels matchExpressions'),
  ConfigMap: ofKind('immutable data binaryData'),
  DaemonSet: ofKind('status', { spec: 'DaemonSetSpec' }),
  DaemonSetSpec: fields('updateStrategy minReadySeconds revisionHistoryLimit', templated()),
  Deployment: ofKind('status', { spec: 'DeploymentSpec' }),
  DeploymentSpec: fields('replicas minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds', {
    ...templated(),
    strategy: 'DeploymentStrategy',
  }),
  DeploymentStrategy: fields('type', { rollingUpdate: 'RollingUpdate' }),
  RollingUpdate: fields('maxUnavailable maxSurge'),
  ReplicaSet: ofKind('status', { spec: 'ReplicaSetSpec' }),
  ReplicaSetSpec: fields('replicas minReadySeconds', templated()),
  StatefulSet: ofKind('status', { spec: 'StatefulSetSpec' }),
  StatefulSetSpec: fields(
    'replicas volumeClaimTemplates serviceName podManagementPolicy updateStrategy revisionHistoryLimit ' +
      'minReadySeconds persistentVolumeClaimRetentionPolicy ordinals',
    templated(),
  ),
  PodTemplateSpec: fields('', { metadata: 'ObjectMeta', spec: 'PodSpec' }),
  Pod: ofKind('status', { spec: 'PodSpec' }),
  PodSpec: fields(
    'volumes ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy ' +
      'nodeSelector serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID ' +
      'hostIPC shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity schedulerName ' +
      'hostAliases priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks ' +
      'preemptionPolicy overhead topologySpreadConstraints setHostnameAsFQDN os hostUsers schedulingGates ' +
      'resourceClaims resources hostnameOverride schedulingGroup',
    { containers: 'Container', initContainers: 'Container', tolerations: 'Toleration' },
  ),
  Container: fields(
    'name image command args workingDir envFrom resources resizePolicy restartPolicy restartPolicyRules ' +
      'volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath ' +
      'terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty',
    { ports: 'ContainerPort', env: 'EnvVar' },
  ),
  ContainerPort: fields('name hostPort containerPort protocol hostIP'),
  EnvVar: fields('name value valueFrom'),
  Toleration: fields('key operator value effect tolerationSeconds'),
  Service: ofKind('status', { spec: 'ServiceSpec' }),
  ServiceSpec: fields(
    'selector clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges ' +
      'externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses ipFamilies ipFamilyPolicy ' +
      'allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution',
    { ports: 'ServicePort', sessionAffinityConfig: 'SessionAffinityConfig' },
  ),
  ServicePort: fields('name protocol appProtocol port targetPort nodePort'),
  SessionAffinityConfig: fields('', { clientIP: 'ClientIPConfig' }),
  ClientIPConfig: fields('timeoutSeconds'),
  EndpointSlice: ofKind('addressType', { endpoints: 'Endpoint', ports: 'EndpointPort' }),
  Endpoint: fields('addresses hostname targetRef deprecatedTopology nodeName zone', {
    conditions: 'EndpointConditions',
    hints: 'EndpointHints',
  }),
  EndpointConditions: fields('ready serving terminating'),
  EndpointHints: fields('forZones forNodes'),
  EndpointPort: fields('name protocol port appProtocol'),
  Namespace: ofKind('spec status'),
  Node: ofKind('status', { spec: 'NodeSpec' }),
  NodeSpec: fields('podCIDR podCIDRs providerID unschedulable configSource externalID', { taints: 'Taint' }),
  Taint: fields('key value effect timeAdded'),
  ServiceCIDR: ofKind('status', { spec: 'ServiceCIDRSpec' }),
  ServiceCIDRSpec: fields('cidrs'),
};

function ofKind(leaves: string, others: Readonly<Record<string, string>> = {}): Fields {
  return fields(`kind apiVersion ${leaves}`, { metadata: 'ObjectMeta', ...others });
}

function templated(): Readonly<Record<string, string>> {
  return { selector: 'LabelSelector', template: 'PodTemplateSpec' };
}
