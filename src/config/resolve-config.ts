import type { Problem } from '../state/problem.ts';
import { checkFields } from './check-fields.ts';
import { ConfigError } from './config-error.ts';
import { effectiveConfig } from './effective.ts';
import type { Fault } from './fault.ts';
import { documentOfFlags } from './flags/flag-document.ts';
import { type Flag, type FlagValues, flagOfField, flags } from './flags/flags.ts';
import type { ProxyConfig } from './proxy-config.ts';
import { type ConfigFile, readDocument } from './read-document.ts';
import type { Settings } from './schema.ts';
import { noticesOf } from './without-effect.ts';

export interface ResolvedConfig {
  readonly config: ProxyConfig;
  /** Notices about settings without effect, to be logged once at the start. */
  readonly notices: readonly string[];
}

/**
 * The effective configuration of a file and the flags, combined as kube-proxy does: a file replaces all settings
 * of the flags but the name of the node and the logging, which stand above it.
 * Throws a `ConfigError` with every fault.
 */
export function resolveConfig({ file, flags: values }: ConfigInput): ResolvedConfig {
  return file === undefined ? fromFlags(values) : fromFile(file, values);
}

export interface ConfigInput {
  /** What `--config` names. */
  readonly file?: ConfigFile | undefined;
  readonly flags: FlagValues;
}

function fromFlags(values: FlagValues): ResolvedConfig {
  const document = documentOfFlags(values, ['setting', 'override']);
  const { settings, faults } = checkFields(document);
  const { config, faults: between } = effectiveConfig(settings, 'flags');
  refuse(allOf(faults, between).map(flagProblem));
  return {
    config,
    notices: [
      ...deprecations(values),
      ...ignoredFlags(values, ['none'], 'they describe the machine to cAdvisor'),
      ...noticesOf(document, config.mode, config.detectLocal.mode, flagName),
      ...detectionNotice(config, '--cluster-cidr'),
    ],
  };
}

function fromFile(file: ConfigFile, values: FlagValues): ResolvedConfig {
  const document = readDocument(file);
  const overrides = documentOfFlags(values, ['override']);
  const below = checkFields(document);
  const above = checkFields(overrides);
  const { config, faults: between } = effectiveConfig(overlay(below.settings, above.settings), 'file');
  refuse([
    ...allOf(below.faults, between).map(({ path, reason }) => ({ object: file.path, field: path, reason })),
    ...above.faults.map(flagProblem),
  ]);
  return {
    config,
    notices: [
      ...ignoredFlags(values, ['setting'], 'the configuration file takes the place of these flags'),
      ...ignoredFlags(values, ['none'], 'they describe the machine to cAdvisor'),
      ...noticesOf(document, config.mode, config.detectLocal.mode, (path) => path),
      ...noticesOf(overrides, config.mode, config.detectLocal.mode, flagName),
      ...detectionNotice(config, 'clusterCIDR'),
    ],
  };
}

function overlay(below: Settings, above: Settings): Settings {
  return { ...below, ...above, logging: { ...below.logging, ...above.logging } };
}

// A field that is faulty by itself is left out of the rules between fields, which may then miss it.
function allOf(alone: readonly Fault[], between: readonly Fault[]): readonly Fault[] {
  return [...alone, ...between.filter(({ path }) => alone.every((fault) => fault.path !== path))];
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

function flagProblem({ path, reason }: Fault): Problem {
  return { object: `flag ${flagName(path)}`, reason };
}

function flagName(path: string): string {
  const flag = flagOfField(path);
  return flag === undefined ? path : `--${flag.name}`;
}

function ignoredFlags(
  values: FlagValues,
  roles: readonly Flag['role'][],
  because: string,
): readonly string[] {
  const names = flags
    .filter(({ name, role }) => roles.includes(role) && values[name] !== undefined)
    .map(({ name }) => `--${name}`);
  return names.length === 0
    ? []
    : [`${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} no effect: ${because}`];
}

function deprecations(values: FlagValues): readonly string[] {
  return (['healthz', 'metrics'] as const)
    .filter((server) => values[`${server}-port`] !== undefined)
    .map(
      (server) =>
        `--${server}-port is deprecated: it disables the server when 0, and else is used only where --${server}-bind-address has no port`,
    );
}

function detectionNotice({ detectLocal }: ProxyConfig, field: string): readonly string[] {
  if (detectLocal.mode !== 'ClusterCIDR' || Object.keys(detectLocal.cidrs).length > 0) return [];
  return [
    `${field} is empty: traffic of pods cannot be told from other traffic, so traffic from outside the cluster to cluster IPs is not masqueraded`,
  ];
}
