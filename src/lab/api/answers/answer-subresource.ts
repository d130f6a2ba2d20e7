import { answerJson, answerText, type ServerRequest } from '../connections/connection.ts';
import { selectorText } from '../kinds/selector-text.ts';
import { patchObject } from '../patch/patch-object.ts';
import { type ApiObject, isObject, type StoredObject } from '../store/api-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { badRequest, failure, noSuchResource, notAllowed, Refusal } from '../store/refusal.ts';
import type { Target } from '../store/target.ts';
import { bodyFor } from './body-for.ts';
import { deleteOptions } from './delete-options.ts';
import type { AnswerTarget, ServerState } from './server-state.ts';
import { getOne, patchOne } from './target-object.ts';

/** Answers what is asked of a part of an object. Throws a `Refusal`. */
export function answerSubresource(
  state: ServerState,
  request: ServerRequest,
  target: Target,
  to: AnswerTarget,
): void {
  const { resource, subresource } = target;
  const answer = (status: number, body: unknown) => answerJson(to.connection, status, body);
  if (subresource === 'status' && resource.statusApart) answer(200, status(state.store, request, target));
  else if (subresource === 'scale' && resource.scalable) answer(200, scale(state.store, request, target));
  else if (resource.kind === 'Pod' && subresource === 'log') void answerLog(state, request, target, to);
  else if (resource.kind === 'Pod' && subresource === 'eviction')
    answer(201, evict(state.store, request, target));
  else if (resource.kind === 'Pod' && subresource === 'binding')
    answer(201, bind(state.store, request, target));
  else throw new Refusal(noSuchResource());
}

function status(store: ObjectStore, request: ServerRequest, target: Target): unknown {
  if (request.method === 'GET') return getOne(store, target);
  const options = { part: 'status', dryRun: request.query.dryRun === 'All' } as const;
  if (request.method === 'PUT') return store.update(bodyFor(target, request), options);
  if (request.method !== 'PATCH') throw new Refusal(notAllowed(target.resource, request.method));
  return store.update(patchOne(store, target, request).object, options);
}

/** The number of Pods alone, as autoscaling/v1 shows it. */
function scale(store: ObjectStore, request: ServerRequest, target: Target): unknown {
  const object = getOne(store, target);
  const before = scaleOf(object);
  if (request.method === 'GET') return before;
  const isPatch = request.method === 'PATCH';
  if (!isPatch && request.method !== 'PUT') throw new Refusal(notAllowed(target.resource, request.method));
  const after = isPatch
    ? patchObject(before, request.body, request.contentType ?? 'application/merge-patch+json')
    : request.body;
  const replicas = isObject(after) && isObject(after.spec) ? (after.spec.replicas ?? 0) : undefined;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0)
    throw new Refusal(badRequest('spec.replicas must be a whole number of at least 0'));
  const { resourceVersion } = isObject(after) && isObject(after.metadata) ? after.metadata : {};
  const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  const spec = { ...(isObject(object.spec) ? object.spec : {}), replicas };
  return scaleOf(store.update({ ...object, metadata, spec }, { dryRun: request.query.dryRun === 'All' }));
}

function scaleOf({ metadata, spec, status: own }: StoredObject): StoredObject {
  const { name, namespace = '', uid, resourceVersion, creationTimestamp } = metadata;
  const { replicas = 1, selector } = isObject(spec) ? spec : {};
  const observed = isObject(own) ? (own.replicas ?? 0) : 0;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas },
    status: { replicas: observed, selector: selectorText(selector) },
  };
}

async function answerLog(
  { store, logs }: ServerState,
  { query }: ServerRequest,
  target: Target,
  { connection, refuse }: AnswerTarget,
): Promise<void> {
  try {
    const { metadata } = getOne(store, target);
    const text = await logs?.(`${metadata.namespace}/${metadata.name}`, query.container);
    if (text === undefined)
      throw new Refusal(
        badRequest(`there is no log of Pod ${metadata.name} and container ${query.container}`),
      );
    answerText(connection, lastLines(text, query.tailLines));
  } catch (error) {
    refuse(
      error instanceof Refusal ? error : new Refusal(failure(500, 'InternalError', 'the log cannot be read')),
    );
  }
}

function lastLines(text: string, count: string | undefined): string {
  if (count === undefined) return text;
  const lines = text.split(/(?<=\n)/);
  return lines.slice(Math.max(0, lines.length - Number(count))).join('');
}

/** As there are no disruption budgets, a Pod that is to be evicted is deleted. */
function evict(store: ObjectStore, request: ServerRequest, target: Target): unknown {
  const options = isObject(request.body) ? request.body.deleteOptions : undefined;
  const { metadata } = getOne(store, target);
  const { propagationPolicy: _policy, ...how } = deleteOptions({ ...request, body: options });
  store.remove('Pod', `${metadata.namespace}/${metadata.name}`, how);
  return success;
}

/** What a scheduler does. */
function bind(store: ObjectStore, { body }: ServerRequest, target: Target): unknown {
  const pod = getOne(store, target);
  const node: ApiObject = isObject(body) && isObject(body.target) ? body.target : {};
  const spec = isObject(pod.spec) ? pod.spec : {};
  if (spec.nodeName !== undefined)
    throw new Refusal(failure(409, 'Conflict', `pod ${pod.metadata.name} is already assigned to a node`));
  store.update({ ...pod, spec: { ...spec, nodeName: node.name } });
  return success;
}

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
