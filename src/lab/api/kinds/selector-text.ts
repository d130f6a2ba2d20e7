import { labelSelector } from './values.ts';

/** A selector of an object as a query has it: `app=web,tier in (a,b)`. */
export function selectorText(selector: unknown): string {
  const { matchLabels = {}, matchExpressions = [] } = labelSelector.safeParse(selector).data ?? {};
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const sets = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...equal, ...sets].join(',');
}
