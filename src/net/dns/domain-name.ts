/**
 * A domain name as it stands in messages, without pointers (RFC 1035, 3.1): before each label its length, at the end the zero of
 * the root; each character is an octet. In whatever case it was written.
 */
export type DomainName = string & { readonly brand: 'DomainName' };

export const rootName = '\0' as DomainName;

/** Octets, with those of lengths. */
export const longestName = 255;
export const longestLabel = 63;

/** The name that people write so, with or without a dot at the end; `undefined` where it is none. There are no escapes. */
export function parseDomainName(text: string): DomainName | undefined {
  if (text === '' || text === '.') return rootName;
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.');
  const isName = labels.every((label) => label.length > 0 && label.length <= longestLabel && isOctets(label));
  const name = isName ? nameOf(labels) : undefined;
  return name !== undefined && name.length <= longestName ? name : undefined;
}

/** The name that people write so. Throws a `RangeError` where it is none. */
export function domainName(text: string): DomainName {
  const name = parseDomainName(text);
  if (name === undefined) throw new RangeError(`${JSON.stringify(text)} is no domain name`);
  return name;
}

/** The name of these labels, each of 1 to 63 octets; below `parent` where that is given. */
export function nameOf(labels: readonly string[], parent: DomainName = rootName): DomainName {
  let name = '';
  for (const label of labels) name += String.fromCharCode(label.length) + label;
  return (name + parent) as DomainName;
}

/** Its labels, the root's left out. */
export function labelsOf(name: DomainName): readonly string[] {
  const labels: string[] = [];
  for (let at = 0; ; ) {
    const length = name.charCodeAt(at);
    if (!(length > 0)) return labels;
    labels.push(name.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
}

/** The same name for who compares (RFC 4343): in lower case. Lengths are no letters, since they are below 64. */
export function lowerCase(name: DomainName): DomainName {
  return /[A-Z]/.test(name)
    ? (name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) as DomainName)
    : name;
}

/** As people write it, with a dot at the end; octets that are no plain characters are escaped (RFC 1035, 5.1). */
export function shownName(name: DomainName): string {
  const labels = labelsOf(name).map((label) => label.replace(/[^!-~]|[.\\]/g, escaped));
  return `${labels.join('.')}.`;
}

function escaped(octet: string): string {
  return octet === '.' || octet === '\\' ? `\\${octet}` : `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`;
}

function isOctets(label: string): boolean {
  for (let at = 0; at < label.length; at += 1) if (label.charCodeAt(at) > 0xff) return false;
  return true;
}
