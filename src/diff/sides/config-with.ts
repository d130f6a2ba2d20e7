import { load, YAMLException } from 'js-yaml';
import { apiVersion, kind } from '../../config/api-version.ts';
import { suggestField } from '../../config/did-you-mean.ts';
import { documentOfFlags } from '../../config/flags/flag-document.ts';
import type { FlagValues } from '../../config/flags/flags.ts';
import { readConfigFile } from '../../config/load-config.ts';
import type { ProxyConfig } from '../../config/proxy-config.ts';
import { readDocument } from '../../config/read-document.ts';
import { resolveConfig } from '../../config/resolve-config.ts';
import { fieldPaths } from '../../config/schema.ts';
import { UserError } from '../../program/exit-status.ts';

/**
 * The configuration with some of its fields changed, each as `field=value`. A field is named by its path, or by the
 * last part of it where that is unambiguous: `masqueradeAll` is that of the proxy's mode. Throws a `UserError` for an
 * unknown field, and a `ConfigError` for an invalid value.
 */
export async function configWith(settings: readonly string[], flags: FlagValues): Promise<ProxyConfig> {
  const document = await documentOf(flags);
  for (const setting of settings.map(parse).sort(modeFirst)) {
    const path = pathOf(setting, document);
    assign(document, path, readValue(setting, path));
  }
  const path = [flags.config, ...settings.map((setting) => `--set ${setting}`)]
    .filter(Boolean)
    .join(' with ');
  return resolveConfig({ file: { path, text: JSON.stringify(document) }, flags: overridesOf(flags) }).config;
}

interface Document {
  [field: string]: unknown;
}

interface Setting {
  readonly text: string;
  readonly field: string;
  readonly value: string;
}

/** The document of `--config`, or one with the values of the flags. */
async function documentOf(flags: FlagValues): Promise<Document> {
  const { config: path } = flags;
  const document =
    path === undefined || path === ''
      ? { apiVersion, kind, ...documentOfFlags(flags, ['setting']) }
      : readDocument({ path, text: await readConfigFile(path) });
  return { ...document };
}

/** The flags that override a file, too; the others are in the document already. */
function overridesOf(flags: FlagValues): FlagValues {
  const override = flags['hostname-override'];
  return override === undefined ? {} : { 'hostname-override': override };
}

function parse(text: string): Setting {
  const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (field === undefined || value === undefined)
    throw new UserError(`--set ${text}: must be field=value, such as masqueradeAll=true`);
  return { text, field: field.trim(), value: value.trim() };
}

/** The mode comes first: it decides which section a short name belongs to. */
function modeFirst(a: Setting, b: Setting): number {
  return Number(b.field === 'mode') - Number(a.field === 'mode');
}

function pathOf({ text, field }: Setting, document: Document): string {
  if (fieldPaths.includes(field)) return field;
  const candidates = fieldPaths.filter((path) => path.endsWith(`.${field}`));
  const ofMode = candidates.find((path) => path === `${document.mode || 'iptables'}.${field}`);
  const [first, ...more] = candidates;
  const found = ofMode ?? (more.length === 0 ? first : undefined);
  if (found !== undefined) return found;
  if (candidates.length > 0)
    throw new UserError(`--set ${text}: say which of ${candidates.join(', ')} is meant`);
  const suggestion = suggestionFor(field);
  const advice = suggestion === undefined ? '' : `: did you mean ${suggestion}?`;
  throw new UserError(`--set ${text}: ${field} is no field of ${kind} v1alpha1${advice}`);
}

/** A similar field of the named section, or else of any. */
function suggestionFor(field: string): string | undefined {
  const at = field.lastIndexOf('.');
  const sections =
    at === -1 ? ['', 'iptables', 'nftables', 'detectLocal', 'conntrack'] : [field.slice(0, at)];
  const found = sections.map((section) => suggestField(section, field.slice(at + 1), fieldPaths));
  return found.find((suggestion) => suggestion !== undefined);
}

/** The value as YAML; lists may also be comma-separated, as in flags. */
function readValue({ text, value }: Setting, path: string): unknown {
  if (lists.has(path) && !value.startsWith('['))
    return value === '' ? [] : value.split(',').map((word) => word.trim());
  if (value === '') return '';
  try {
    return load(value);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new UserError(`--set ${text}: the value is no YAML: ${error.reason}`);
  }
}

const lists: ReadonlySet<string> = new Set(['nodePortAddresses', 'ipvs.excludeCIDRs']);

function assign(document: Document, path: string, value: unknown): void {
  const [section = '', name] = path.split('.');
  if (name === undefined) document[section] = value;
  else document[section] = { ...(document[section] ?? {}), [name]: value };
}
