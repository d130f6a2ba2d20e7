import type { Family } from '../../net/family.ts';
import type { ApiObject } from '../api/store/api-object.ts';

/** The Service `web` and the Deployment behind it, which a lab has where nobody names other objects. */
export function defaultObjects(replicas: number, families: readonly Family[]): readonly ApiObject[] {
  const labels = { app: 'web' };
  const ports = [
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
    { name: 'udp', containerPort: 8080, protocol: 'UDP' },
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        type: 'LoadBalancer',
        selector: labels,
        ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack',
        ipFamilies: families,
        ports: [
          { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
          { name: 'udp', port: 80, targetPort: 'udp', protocol: 'UDP' },
        ],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 5, containers: [{ name: 'web', image: 'lab', ports }] },
        },
      },
    },
  ];
}
