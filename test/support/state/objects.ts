/** Objects as people write them; `fields` replace those at the top. */
export function service(fields: object = {}, spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { clusterIP: '10.96.0.10', ports: [{ port: 80 }], ...spec },
    ...fields,
  };
}

export function slice(fields: object = {}): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['10.244.0.5'] }],
    ...fields,
  };
}

export function node(fields: object = {}): object {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-0' }, ...fields };
}
