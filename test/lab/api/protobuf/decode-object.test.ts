import { describe, expect, test } from 'vitest';
import { decodeObject } from '../../../../src/lab/api/protobuf/decode-object.ts';

/** A field of a message: a varint, or bytes. */
function field(number: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.from([...varint(number << 3), ...varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function envelope(kind: string, apiVersion: string, raw: Buffer): Buffer {
  const typeMeta = message(field(1, apiVersion), field(2, kind));
  return message(Buffer.from('k8s\0'), field(1, typeMeta), field(2, raw), field(3, ''), field(4, ''));
}

describe('an object in Protobuf', () => {
  test('has its fields, without those that stand for nothing', () => {
    const port = message(
      field(1, ''),
      field(2, 'TCP'),
      field(3, 8080),
      field(4, message(field(1, 1), field(2, 0), field(3, 'http'))),
      field(5, 0),
    );
    const numbered = message(field(3, 300), field(4, message(field(1, 0), field(2, 8080), field(3, ''))));
    const spec = message(
      field(1, port),
      field(1, numbered),
      field(2, message(field(1, 'app'), field(2, 'web'))),
      field(2, message(field(1, 'tier'), field(2, ''))),
      field(3, ''),
      field(4, 'NodePort'),
      field(18, ''),
      field(13, 0),
      field(20, 0),
    );
    const metadata = message(field(1, 'web'), field(2, ''), field(8, Buffer.alloc(0)));
    expect(decodeObject(envelope('Service', 'v1', message(field(1, metadata), field(2, spec))))).toEqual({
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'web' },
      spec: {
        ports: [
          { protocol: 'TCP', port: 8080, targetPort: 'http' },
          { port: 300, targetPort: 8080 },
        ],
        selector: { app: 'web', tier: '' },
        type: 'NodePort',
        clusterIPs: [''],
        allocateLoadBalancerNodePorts: false,
      },
    });
  });

  test('of a kind that no client creates so is none', () => {
    expect(decodeObject(envelope('Lease', 'coordination.k8s.io/v1', Buffer.alloc(0)))).toBeUndefined();
  });

  test.each([
    ['without its beginning', Buffer.from('{}')],
    ['that ends too early', envelope('Service', 'v1', message(field(1, 'web'))).subarray(0, 20)],
    ['with a wire type that is none', Buffer.from('k8s\0\x0f')],
  ])('%s is refused', (_case, bytes) => {
    expect(() => decodeObject(bytes)).toThrow(SyntaxError);
  });
});
