import { acceptedTypes, type MediaRange } from './accept.ts';
import { jsonPage, type Page, type PageRequest, textPage } from './page.ts';

/** Portolan's name on its pages. */
export const component = 'portolan';

/** A page that is text for people and an object for programs: Kubernetes' z-pages (KEP-4827, KEP-4828). */
export interface ZPage {
  readonly kind: 'Statusz' | 'Flagz';
  readonly text: string;
  /** The object's fields besides its metadata. */
  readonly fields: object;
}

const group = 'config.k8s.io';
const versions = ['v1beta1', 'v1alpha1'];

/** Text, unless the request asks for exactly this kind, group and version; 406 if it accepts neither. */
export function zPage({ kind, text, fields }: ZPage, { accept }: PageRequest): Page {
  for (const range of acceptedTypes(accept)) {
    if (['*/*', 'text/*', 'text/plain'].includes(range.type)) return textPage(200, heading(kind) + text);
    const version = versionOf(range, kind);
    if (version === undefined) continue;
    const object = { kind, apiVersion: `${group}/${version}`, metadata: { name: component }, ...fields };
    return jsonPage(200, `${JSON.stringify(object)}\n`);
  }
  const objects = versions.map((version) => `application/json;v=${version};g=${group};as=${kind}`);
  return textPage(406, `not acceptable; there is ${['text/plain', ...objects].join(', ')}\n`);
}

function heading(kind: ZPage['kind']): string {
  return `
${component} ${kind.toLowerCase()}
Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.
`;
}

function versionOf({ type, parameters }: MediaRange, kind: ZPage['kind']): string | undefined {
  const { v, g, as } = parameters;
  return type === 'application/json' && g === group && as === kind
    ? versions.find((version) => version === v)
    : undefined;
}
