import type { ElementsOf, Pattern } from '../../../../rules-text/rule.ts';

/** The pattern of a set of one element, which needs no set. */
export function onlyPattern(elements: ElementsOf): Pattern | undefined {
  if (elements.kind === 'named') return undefined;
  const [element, ...others] = elements.elements;
  return element?.key.length === 1 && others.length === 0 ? element.key[0] : undefined;
}
