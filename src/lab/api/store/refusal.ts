import { type ApiObject, isObject } from './api-object.ts';
import { fullName, groupResource, type ServedResource } from './resources.ts';

/** Why the server does not do what it was asked. The members stand in the order of the real server's answers. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message: string;
    readonly field?: string;
  }[];
  readonly retryAfterSeconds?: number;
}

/** Thrown while a request is looked at; becomes the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}

/** Of which HTTP status code, and why; `reason` is the machine's word for it. */
export function failure(code: number, reason: string, message: string, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
}

/** The version is no longer, or the continue token's version is not; then a token to go on with the present is given. */
export function expired(message: string, continueToken?: string): Status {
  const status = failure(410, 'Expired', message);
  return continueToken === undefined ? status : { ...status, metadata: { continue: continueToken } };
}

/** A version that the server has not reached: it is behind, or was restored from a backup. */
export function tooLarge(asked: number, current: number): Status {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return failure(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Parameters of a list or watch that do not go together. */
export function invalidOptions(
  faults: readonly { readonly field: string; readonly detail: string }[],
): Status {
  const all = faults.map(({ field, detail }) => `${field}: Forbidden: ${detail}`);
  const text = all.length === 1 ? all.join() : `[${all.join(', ')}]`;
  return failure(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${text}`, {
    group: 'meta.k8s.io',
    kind: 'ListOptions',
    causes: faults.map(({ field, detail }) => ({
      reason: 'FieldValueForbidden',
      message: `Forbidden: ${detail}`,
      field,
    })),
  });
}

export function badRequest(message: string): Status {
  return failure(400, 'BadRequest', message);
}

export function unauthorized(): Status {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

/** What a store without progress notifications says to a streaming list, in an ERROR event. */
export function streamingRefused(): Status {
  return failure(
    500,
    'InternalError',
    'a watch stream was requested by the client but the required storage feature RequestWatchProgress is disabled',
  );
}

/** Nothing under a path, or no such kind. */
export function noSuchResource(): Status {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function unknownKind({ kind, apiVersion }: ApiObject): Status {
  return badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
}

export function notFound(resource: ServedResource, name: string): Status {
  return failure(404, 'NotFound', `${fullName(resource)} "${name}" not found`, detailsOf(resource, name));
}

export function alreadyExists(resource: ServedResource, { metadata }: ApiObject): Status {
  const name = String(isObject(metadata) ? metadata.name : '');
  const message = `${fullName(resource)} "${name}" already exists`;
  return failure(409, 'AlreadyExists', message, detailsOf(resource, name));
}

/** Somebody else wrote in between, or it is no longer the same object. */
export function conflict(resource: ServedResource, name: string): Status {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  const message = `Operation cannot be fulfilled on ${fullName(resource)} "${name}": ${why}`;
  return failure(409, 'Conflict', message, detailsOf(resource, name));
}

export function notAllowed(resource: ServedResource, method: string): Status {
  const message = `${method.toLowerCase()} is not supported on resources of kind "${fullName(resource)}"`;
  return failure(405, 'MethodNotAllowed', message);
}

function detailsOf(resource: ServedResource, name: string): StatusDetails {
  const { group, resource: plural } = groupResource(resource);
  return { name, ...(group === '' ? {} : { group }), kind: plural };
}
