import { isObject, type StoredObject } from '../store/api-object.ts';
import { badRequest, Refusal } from '../store/refusal.ts';

export type Selector = (object: StoredObject) => boolean;

/** Objects that meet both selectors; throws a `Refusal` for terms that the server does not know. `fields` are those it may select by. */
export function parseSelectors(
  labelSelector: string,
  fieldSelector: string,
  fields: readonly string[] = [],
): Selector {
  const labels = labelTerms(labelSelector).map(labelTerm);
  const selected = fieldSelector === '' ? [] : fieldSelector.split(',');
  const terms = [...labels, ...selected.map((term) => fieldTerm(term, fields))];
  return (object) => terms.every((matches) => matches(object));
}

/** Split at commas, but not at those of a set. */
function labelTerms(selector: string): readonly string[] {
  return selector === '' ? [] : selector.split(/,(?![^()]*\))/);
}

function labelTerm(text: string): Selector {
  const term = text.trim();
  const [, key = '', operator = '', values = ''] =
    /^([\w./-]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term) ?? [];
  if (key === '') return simpleLabelTerm(term);
  const set = new Set(values.split(',').map((value) => value.trim()));
  // As with `!=`, an object without the label is not in the set.
  return (object) => {
    const value = labelOf(object, key);
    return (value !== undefined && set.has(value)) === (operator === 'in');
  };
}

function simpleLabelTerm(term: string): Selector {
  const [, not = '', key = '', operator = '', value = ''] =
    /^(!?)([\w./-]+)(?:\s*(==|=|!=)\s*([\w.-]*))?$/.exec(term) ?? [];
  if (key === '' || (not !== '' && operator !== ''))
    throw new Refusal(badRequest(`unable to parse requirement: found '${term}'`));
  if (operator === '') return (object) => (labelOf(object, key) === undefined) === (not !== '');
  return (object) => (labelOf(object, key) === value) === (operator !== '!=');
}

function labelOf({ metadata }: StoredObject, key: string): string | undefined {
  return metadata.labels?.[key];
}

function fieldTerm(term: string, fields: readonly string[]): Selector {
  const [, field = '', operator = '', value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term.trim()) ?? [];
  if (field !== 'metadata.name' && field !== 'metadata.namespace' && !fields.includes(field))
    throw new Refusal(badRequest(`field label not supported: ${field}`));
  const path = field.split('.');
  return (object) => (textAt(object, path) === value) === (operator !== '!=');
}

function textAt(object: unknown, path: readonly string[]): string {
  const value = path.reduce((at: unknown, member) => (isObject(at) ? at[member] : undefined), object);
  return value === undefined || value === null ? '' : String(value);
}
