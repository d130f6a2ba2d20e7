import { isObject, type StoredObject } from '../api-object.ts';
import type { ServedKind } from '../resources.ts';
import { badRequest, Refusal } from './status.ts';

export type Selector = (object: StoredObject) => boolean;

/** Objects of a kind that meet both selectors; throws a `Refusal` for terms that the server does not know. */
export function parseSelectors(kind: ServedKind, labelSelector: string, fieldSelector: string): Selector {
  const labels = terms(labelSelector).map(labelTerm);
  const fields = terms(fieldSelector).map((term) => fieldTerm(kind, term));
  return (object) => [...labels, ...fields].every((matches) => matches(object));
}

function terms(selector: string): readonly string[] {
  return selector === '' ? [] : selector.split(',');
}

function labelTerm(term: string): Selector {
  const [, not = '', key = '', operator = '', value = ''] =
    /^(!?)([\w./-]+)(?:(==|=|!=)([\w.-]*))?$/.exec(term.trim()) ?? [];
  if (key === '' || (not !== '' && operator !== ''))
    throw new Refusal(badRequest(`unable to parse requirement: found '${term}'`));
  if (operator === '') return (object) => (labelOf(object, key) === undefined) === (not !== '');
  return (object) => (labelOf(object, key) === value) === (operator !== '!=');
}

function labelOf({ metadata }: StoredObject, key: string): unknown {
  return isObject(metadata.labels) ? metadata.labels[key] : undefined;
}

function fieldTerm(kind: ServedKind, term: string): Selector {
  const [, field = '', operator = '', value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term.trim()) ?? [];
  const read = selectableFields(kind).get(field);
  if (read === undefined) throw new Refusal(badRequest(`field label not supported: ${field}`));
  return (object) => ((read(object) ?? '') === value) === (operator !== '!=');
}

type ReadField = (object: StoredObject) => unknown;

/** kube-proxy selects the Services that have a ClusterIP (pkg/apis/core/v1/conversion.go). */
function selectableFields(kind: ServedKind): ReadonlyMap<string, ReadField> {
  const ofAll: readonly [string, ReadField][] = [
    ['metadata.name', ({ metadata }) => metadata.name],
    ['metadata.namespace', ({ metadata }) => metadata.namespace],
  ];
  const ofServices: readonly [string, ReadField][] = [
    ['spec.clusterIP', specMember('clusterIP')],
    ['spec.type', specMember('type')],
  ];
  return new Map(kind === 'Service' ? [...ofAll, ...ofServices] : ofAll);
}

function specMember(name: string): ReadField {
  return ({ spec }) => (isObject(spec) ? spec[name] : undefined);
}
