import type { ServerRequest } from '../connections/connection.ts';
import { unknownFields } from '../fields/unknown-fields.ts';
import type { Kind } from '../kinds/kinds.ts';
import { type ApiObject, isObject } from '../store/api-object.ts';
import { badRequest, Refusal } from '../store/refusal.ts';
import type { Target } from '../store/target.ts';

/** The body, if it is an object that belongs under the path; with the path's name and namespace. */
export function bodyFor({ resource, namespace, name }: Target, { body, query }: ServerRequest): ApiObject {
  if (!isObject(body)) throw new Refusal(badRequest('the object provided is unrecognized'));
  const { kind, apiVersion } = resource;
  if ((body.kind ?? kind) !== kind || (body.apiVersion ?? apiVersion) !== apiVersion)
    throw new Refusal(badRequest(`the object provided is unrecognized (must be of type ${kind})`));
  const metadata = isObject(body.metadata) ? body.metadata : {};
  if (namespace !== undefined && (metadata.namespace ?? namespace) !== namespace)
    throw new Refusal(badRequest('the namespace of the provided object does not match the request'));
  if (name !== undefined && (metadata.name ?? name) !== name)
    throw new Refusal(badRequest('the name of the object does not match the name on the URL'));
  if (name === undefined && metadata.name === undefined && metadata.generateName === undefined)
    throw new Refusal(badRequest('name or generateName is required'));
  refuseUnknownFields(kind, apiVersion, body, query);
  return {
    ...body,
    kind,
    apiVersion,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    },
  };
}

/** What kubectl asks for unless it is told otherwise: a misspelt field is no silent one. */
function refuseUnknownFields(
  kind: Kind,
  apiVersion: string,
  body: ApiObject,
  { fieldValidation }: ServerRequest['query'],
): void {
  const unknown = fieldValidation === 'Strict' ? unknownFields(kind, body) : [];
  if (unknown.length === 0) return;
  const version = apiVersion.split('/').at(-1);
  const faults = unknown.map((field) => `unknown field "${field}"`).join(', ');
  const what = `${kind} in version "${version}" cannot be handled as a ${kind}`;
  throw new Refusal(badRequest(`${what}: strict decoding error: ${faults}`));
}
