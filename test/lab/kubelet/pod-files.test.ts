import { describe, expect, test } from 'vitest';
import {
  hostnameOf,
  hostsFile,
  resolvConf,
  resolverSettings,
  standardHosts,
} from '../../../src/lab/kubelet/pod-files.ts';
import { address, type Fields, pod } from '../../support/lab-command/pods.ts';

const dns = { servers: [address('10.96.0.10'), address('fd00:96::a')], domain: 'cluster.local' };

describe('resolv.conf of a pod', () => {
  const text = (spec: Fields) => resolvConf(resolverSettings(pod({ spec }), dns));

  test.each<readonly [string, Fields, string]>([
    [
      'asks the servers of the cluster, and looks for names of its namespace first',
      {},
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\nnameserver fd00:96::a\noptions ndots:5\n',
    ],
    ['is that of the node with dnsPolicy Default', { dnsPolicy: 'Default' }, ''],
    ['is that of the node in its network', { hostNetwork: true }, ''],
    [
      'is that of the cluster in the network of the node with ClusterFirstWithHostNet',
      { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\nnameserver fd00:96::a\noptions ndots:5\n',
    ],
    [
      'is what dnsConfig says with dnsPolicy None',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.53'], searches: ['example.org'] } },
      'search example.org\nnameserver 192.0.2.53\n',
    ],
    [
      'has what dnsConfig adds, whose options replace those of the cluster',
      {
        dnsConfig: {
          nameservers: ['192.0.2.53'],
          searches: ['example.org'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      },
      'search shop.svc.cluster.local svc.cluster.local cluster.local example.org\nnameserver 10.96.0.10\nnameserver fd00:96::a\nnameserver 192.0.2.53\noptions ndots:2 edns0\n',
    ],
    [
      'has no line that a value of an object would begin',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.53\nsearch evil.example'] } },
      'nameserver 192.0.2.53searchevil.example\n',
    ],
  ])('%s', (_, spec, expected) => {
    expect(text(spec)).toBe(expected);
  });
});

describe('/etc/hosts of a pod', () => {
  const addresses = [address('10.244.0.5'), address('fd00:244::5')];
  const text = (spec: Fields) =>
    hostsFile(pod({ spec }), { addresses, domain: dns.domain, nodeHosts: '192.0.2.1\tnode-1\n' });

  test('names the pod, once for each family', () => {
    expect(text({})).toBe(
      `# Kubernetes-managed hosts file.\n${standardHosts}10.244.0.5\tweb-1\nfd00:244::5\tweb-1\n`,
    );
  });

  test('names a pod with a subdomain by its whole name, too', () => {
    expect(text({ hostname: 'db-0', subdomain: 'db' })).toContain(
      '10.244.0.5\tdb-0.db.shop.svc.cluster.local\tdb-0\n',
    );
  });

  test('is that of the node in its network', () => {
    expect(text({ hostNetwork: true })).toBe(
      '# Kubernetes-managed hosts file (host network).\n192.0.2.1\tnode-1\n',
    );
  });

  test('has the hostAliases, each a line of its own whatever stands in them', () => {
    const hostAliases = [{ ip: '192.0.2.7', hostnames: ['a.example', 'b.example\n192.0.2.9 c'] }];
    expect(text({ hostAliases })).toMatch(
      /\n\n# Entries added by HostAliases\.\n192\.0\.2\.7\ta\.example\tb\.example192\.0\.2\.9c\n$/,
    );
  });
});

test.each([
  ['its name', {}, 'web-1'],
  ['spec.hostname', { hostname: 'db-0' }, 'db-0'],
  ['63 characters at most, the last no hyphen', { hostname: `${'a'.repeat(62)}-b` }, 'a'.repeat(62)],
])('the host name of a pod is %s', (_, spec, expected) => {
  expect(hostnameOf(pod({ spec }))).toBe(expected);
});
