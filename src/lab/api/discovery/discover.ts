import type { ServerRequest } from '../connections/connection.ts';
import { aggregatedGroups } from './aggregated.ts';
import { describeOpenApi } from './open-api.ts';
import { describeGroup, describeGroups, describeVersion } from './resource-lists.ts';

export interface Found {
  /** Sent as JSON; a text as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a client asks about the server itself: its version, its health, and which kinds it has. `undefined` for all else. */
export function discover({ method, path, accept = '' }: ServerRequest): Found | undefined {
  if (method !== 'GET') return undefined;
  const wantsAll = accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2');
  if (wantsAll && (path === '/api' || path === '/apis'))
    return { body: aggregatedGroups(path), headers: { 'content-type': aggregatedType } };
  const body = describe(path);
  return body === undefined ? undefined : { body };
}

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function describe(path: string): unknown {
  switch (path) {
    case '/version':
      return version;
    case '/healthz':
    case '/livez':
    case '/readyz':
      return 'ok';
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: describeGroups() };
    default:
      return describeGroup(path) ?? describeVersion(path) ?? describeOpenApi(path);
  }
}

/** That of the API that is spoken. */
const version = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0-portolan-lab',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '',
  goVersion: '',
  compiler: '',
  platform: '',
};
