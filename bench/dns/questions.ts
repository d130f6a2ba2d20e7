/** Kinds of questions, each measured by itself. */
export const mixes = [
  'A of a ClusterIP',
  'A of 10 endpoints',
  'SRV of 10 endpoints',
  'names that are not there',
] as const;
export type Mix = (typeof mixes)[number];

const endpoints = 10;

/** So many Services in ten namespaces, every other one headless with endpoints. */
export function clusterOf(services: number): object {
  const items = Array.from({ length: services }, (_, number) => objectsOf(number)).flat();
  return { kind: 'List', apiVersion: 'v1', items };
}

function objectsOf(number: number): readonly object[] {
  const isHeadless = number % 2 === 1;
  const metadata = { name: `web-${number}`, namespace: `team-${number % 10}` };
  const clusterIP = isHeadless ? 'None' : `10.96.${number >> 8}.${number & 0xff}`;
  const ports = [{ name: 'http', protocol: 'TCP', port: 80 }];
  const service = {
    kind: 'Service',
    apiVersion: 'v1',
    metadata,
    spec: { clusterIP, clusterIPs: [clusterIP], ports },
  };
  if (!isHeadless) return [service];
  const slice = {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
    addressType: 'IPv4',
    ports,
    endpoints: Array.from({ length: endpoints }, (_, endpoint) => ({
      addresses: [`10.${100 + endpoint}.${number >> 8}.${number & 0xff}`],
    })),
  };
  return [service, slice];
}

/** Lines for dnsperf: each Service that the mix is about once. */
export function questionsOf(mix: Mix, services: number): readonly string[] {
  const all = Array.from({ length: services }, (_, number) => number);
  const name = (number: number) => `web-${number}.team-${number % 10}.svc.cluster.local`;
  switch (mix) {
    case 'A of a ClusterIP':
      return all.filter((number) => number % 2 === 0).map((number) => `${name(number)} A`);
    case 'A of 10 endpoints':
      return all.filter((number) => number % 2 === 1).map((number) => `${name(number)} A`);
    case 'SRV of 10 endpoints':
      return all.filter((number) => number % 2 === 1).map((number) => `_http._tcp.${name(number)} SRV`);
    case 'names that are not there':
      // As the search list of a pod makes them.
      return all.map((number) => `www.example-${number}.com.team-0.svc.cluster.local A`);
  }
}
