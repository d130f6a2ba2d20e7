import type { ApiObject } from '../store/api-object.ts';
import { type Field, type MessageName, messages } from './messages.ts';
import { readFields } from './read-fields.ts';

/** Before every object that Kubernetes writes so. */
const magic = Buffer.from('k8s\0');

/**
 * An object in Kubernetes' Protobuf form, which generated Go clients (`kubectl create`) send even to servers that answer in
 * JSON; `undefined` for kinds that no client creates so. Throws a SyntaxError.
 */
export function decodeObject(bytes: Buffer): ApiObject | undefined {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new SyntaxError('this is no Protobuf of Kubernetes');
  try {
    const envelope = bytes.subarray(magic.length);
    const { typeMeta } = decode('Unknown', envelope);
    const { kind, apiVersion } = typeMeta as ApiObject;
    const raw = [...readFields(envelope)].find(({ number }) => number === 2)?.value;
    if (!isKnown(kind) || !(raw instanceof Buffer)) return undefined;
    return { kind, apiVersion, ...decode(kind, raw) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError(error.message);
  }
}

function isKnown(kind: unknown): kind is MessageName {
  return kind === 'ConfigMap' || kind === 'Deployment' || kind === 'Namespace' || kind === 'Service';
}

function decode(message: MessageName, bytes: Buffer): ApiObject {
  const object: Record<string, unknown> = {};
  for (const { number, value } of readFields(bytes)) {
    const field = messages[message][number];
    const decoded = field === undefined ? undefined : decodeValue(field, value);
    if (field === undefined || decoded === undefined) continue;
    const before = object[field.name];
    if (field.repeated) object[field.name] = [...(Array.isArray(before) ? before : []), decoded];
    else if (field.type === 'texts by name') object[field.name] = Object.assign(before ?? {}, decoded);
    else object[field.name] = decoded;
  }
  return object;
}

/** `undefined` for the zero value of what cannot be absent. */
function decodeValue({ type, repeated }: Field, value: bigint | Buffer): unknown {
  if (typeof value === 'bigint') {
    if (type === 'truth') return value === 0n ? undefined : true;
    if (type === 'optional truth') return value !== 0n;
    return type === 'number' && value === 0n ? undefined : Number(value);
  }
  if (type === 'texts by name') return entry(value);
  if (type === 'number or text') return intOrString(value);
  if (typeof type === 'object') return decode(type.message, value);
  const text = value.toString('utf8');
  return text === '' && !repeated ? undefined : text;
}

/** An entry of a map is a message of key and value. */
function entry(bytes: Buffer): Readonly<Record<string, string>> {
  const [key = '', value = ''] = inOrder(bytes, [1, 2]).map((part) => part?.toString());
  return { [key]: value };
}

/** Type 0 is a number, 1 a text. */
function intOrString(bytes: Buffer): number | string {
  const [type, number, text] = inOrder(bytes, [1, 2, 3]);
  return type === 1n ? String(text ?? '') : Number(number ?? 0);
}

function inOrder(bytes: Buffer, numbers: readonly number[]): readonly (bigint | Buffer | undefined)[] {
  const fields = new Map([...readFields(bytes)].map(({ number, value }) => [number, value]));
  return numbers.map((number) => fields.get(number));
}
