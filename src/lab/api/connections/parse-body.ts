import { CORE_SCHEMA, load } from 'js-yaml';
import { decodeObject } from '../protobuf/decode-object.ts';

/** What a body says, in any of the API's forms; what is applied comes as YAML. Throws a SyntaxError or a YAMLException. */
export function parseBody(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return undefined;
  if (contentType.includes('protobuf')) return decodeObject(bytes);
  const text = bytes.toString('utf8');
  return contentType.includes('yaml') ? load(text, { schema: CORE_SCHEMA }) : JSON.parse(text);
}
