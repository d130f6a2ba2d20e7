import { isObject, type StoredObject } from '../store/api-object.ts';
import { badRequest, Refusal } from '../store/refusal.ts';

export type Selector = (object: StoredObject) => boolean;

/** Objects that meet both selectors; throws a `Refusal` for terms that the server does not know. */
export function parseSelectors(labelSelector: string, fieldSelector: string): Selector {
  const labels = terms(labelSelector).map(labelTerm);
  const fields = terms(fieldSelector).map(fieldTerm);
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

function fieldTerm(term: string): Selector {
  const [, field = '', operator = '', value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term.trim()) ?? [];
  if (field !== 'metadata.name' && field !== 'metadata.namespace')
    throw new Refusal(badRequest(`field label not supported: ${field}`));
  const name = field === 'metadata.name' ? 'name' : 'namespace';
  return ({ metadata }) => ((metadata[name] ?? '') === value) === (operator !== '!=');
}
