import { type Flag, type FlagName, type FlagValues, flags } from './flags.ts';

/** The document that a configuration file would need to say the same as these flags of these roles. */
export function documentOfFlags(values: FlagValues, roles: readonly Flag['role'][]): object {
  const mode = values['proxy-mode'] === 'nftables' ? 'nftables' : 'iptables';
  const document: Section = {};
  for (const flag of flags) {
    const value = fieldValue(values, flag.name);
    if (value !== undefined && roles.includes(flag.role)) assign(document, fieldOf(flag, mode), value);
  }
  return document;
}

interface Section {
  [name: string]: unknown;
}

function fieldOf({ fields }: Flag, mode: string): readonly string[] {
  const field = fields.find((candidate) => candidate.startsWith(`${mode}.`)) ?? fields[0];
  return field === undefined ? [] : field.split('.');
}

function assign(section: Section, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined) return;
  if (rest.length === 0) {
    section[name] = value;
    return;
  }
  const inner: Section = { ...(section[name] ?? {}) };
  assign(inner, rest, value);
  section[name] = inner;
}

/** The value that a flag gives to its field; `undefined` where it leaves the field alone. */
function fieldValue(values: FlagValues, name: FlagName): unknown {
  switch (name) {
    // An empty address is, in kube-proxy, a flag that was not given.
    case 'bind-address':
    case 'hostname-override':
      return values[name] === '' ? undefined : values[name];
    case 'healthz-bind-address':
      return serverAddress(values[name], values['healthz-port'], '0.0.0.0:10256');
    case 'metrics-bind-address':
      return serverAddress(values[name], values['metrics-port'], '127.0.0.1:10249');
    // They are the second half of the two flags above.
    case 'healthz-port':
    case 'metrics-port':
      return undefined;
    case 'vmodule':
      return values[name] === undefined ? undefined : patterns(values[name]);
    default:
      return values[name];
  }
}

/** The deprecated port disables the server when 0, and else completes an address that has no port. */
function serverAddress(
  address: string | undefined,
  port: number | undefined,
  usual: string,
): string | undefined {
  if (port === 0) return '';
  if (address === undefined || address === '') return port === undefined ? undefined : usual;
  if (port === undefined || hasPort(address)) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function hasPort(address: string): boolean {
  return /^(?:\[.*\]|[^:]*):\d+$/.test(address);
}

function patterns(text: string): readonly object[] {
  return text
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => entry.split('='))
    .map(([filePattern, verbosity]) => ({ filePattern, verbosity: Number(verbosity) }));
}
