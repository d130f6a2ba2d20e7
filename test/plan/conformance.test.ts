import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatEndpoint } from '../../src/net/address.ts';
import { planService } from '../../src/plan/plan-service.ts';
import type { Endpoint } from '../../src/plan/service-plan.ts';
import type { EndpointRecord } from '../../src/state/records.ts';
import { context, endpoint, service, servicePort, slice } from '../support/records.ts';

const file = new URL('../../../shared/conformance/endpoint-selection.json', import.meta.url);

interface RecordedCase {
  readonly name: string;
  readonly nodeName: string;
  readonly nodeLabels: Readonly<Record<string, string>> | null;
  readonly preferSameEnabled: boolean;
  readonly service: {
    readonly externalPolicyLocal: boolean;
    readonly internalPolicyLocal: boolean;
    readonly nodePort: number;
  };
  readonly endpoints: readonly RecordedEndpoint[] | null;
  readonly expect: {
    readonly all: readonly string[];
    readonly cluster: readonly string[];
    readonly local: readonly string[];
  };
}

interface RecordedEndpoint {
  readonly endpoint: string;
  readonly forNodes: readonly string[];
  readonly forZones: readonly string[];
  readonly local: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

const cases: readonly RecordedCase[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];

if (cases.length === 0) test('endpoint selection', ({ skip }) => skip('../shared is absent'));

describe.skipIf(cases.length === 0)('endpoint selection as kube-proxy recorded it', () => {
  test.each(cases)('$name', (recorded) => {
    const { internalPolicyLocal, externalPolicyLocal, nodePort } = recorded.service;
    const [plan] = planService(
      service({
        internalTrafficPolicy: internalPolicyLocal ? 'Local' : 'Cluster',
        externalTrafficPolicy: externalPolicyLocal ? 'Local' : 'Cluster',
        ports: [servicePort({ nodePort: nodePort === 0 ? undefined : nodePort })],
      }),
      [
        slice(
          (recorded.endpoints ?? []).map((found) => record(found, recorded.nodeName)),
          { ports: [port] },
        ),
      ],
      context({
        nodeName: recorded.nodeName,
        zone: recorded.nodeLabels?.['topology.kubernetes.io/zone'] ?? '',
        nodeHints: recorded.preferSameEnabled,
      }),
    );
    expect(texts(plan?.endpoints.cluster)).toEqual(recorded.expect.cluster.toSorted());
    expect(texts(plan?.endpoints.local)).toEqual(recorded.expect.local.toSorted());
    // The recording leaves the list out where it is one of the other two.
    if (recorded.expect.all.length > 0)
      expect(texts(plan?.endpoints.reachable)).toEqual(recorded.expect.all.toSorted());
  });
});

const port = { name: 'http', protocol: 'TCP', port: 80 } as const;

function record(
  { endpoint: text, local, forNodes, forZones, ...conditions }: RecordedEndpoint,
  nodeName: string,
): EndpointRecord {
  const hints = (places: readonly string[]) => (places.length === 0 ? undefined : places);
  return endpoint(text.replace(/:80$/, ''), {
    nodeName: local ? nodeName : 'another-node',
    ...conditions,
    forNodes: hints(forNodes),
    forZones: hints(forZones),
  });
}

function texts(endpoints: readonly Endpoint[] = []): readonly string[] {
  return endpoints.map((found) => formatEndpoint(found.address, found.port));
}
