/** A media type that a client accepts: `application/json;v=v1beta1;g=config.k8s.io;as=Statusz`. */
export interface MediaRange {
  /** In lower case: `text/plain`, `text/*`, `*\/*`. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The media types of an `Accept` header by preference (RFC 9110, section 12.5.1); everything if it is empty. */
export function acceptedTypes(header: string): readonly MediaRange[] {
  if (header.trim() === '') return [{ type: '*/*', parameters: {} }];
  return header
    .split(',')
    .map(mediaRange)
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality);
}

function mediaRange(text: string): MediaRange & { readonly quality: number } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const pairs = rest.map((part): readonly [string, string] => {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    return [name, value.replace(/^"(.*)"$/, '$1')];
  });
  const { q = '1', ...parameters } = Object.fromEntries(pairs);
  return { type: type.toLowerCase(), parameters, quality: Number(q) || 0 };
}
