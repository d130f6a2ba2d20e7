import type { Node, Pod, Service } from '../../../src/lab/api/kinds/kinds.ts';
import { type Address, parseAddress } from '../../../src/net/address.ts';

/** Objects as the store of a lab keeps them. */

const stamped = {
  uid: '00000000-0000-4000-8000-000000000001',
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
};

/** The Pod shop/web-1, but for what is given. */
export function pod({ metadata = {}, spec = {}, status = {} }: Parts): Pod {
  return {
    kind: 'Pod',
    metadata: { ...stamped, name: 'web-1', namespace: 'shop', ...metadata },
    spec: { containers: [{ name: 'web' }], ...spec },
    status,
  };
}

/** The Service shop/web, but for what is given. */
export function service({ metadata = {}, spec = {}, status = {} }: Parts): Service {
  return {
    kind: 'Service',
    metadata: { ...stamped, name: 'web', namespace: 'shop', ...metadata },
    spec,
    status,
  };
}

export function node(name: string, { metadata = {}, isReady = true }: NodeParts = {}): Node {
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }];
  return { kind: 'Node', metadata: { ...stamped, name, ...metadata }, status: { conditions } };
}

export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

/** What a test says of an object; not checked. */
export type Fields = Readonly<Record<string, unknown>>;

interface Parts {
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly status?: Fields;
}

interface NodeParts {
  readonly metadata?: Fields;
  readonly isReady?: boolean;
}
