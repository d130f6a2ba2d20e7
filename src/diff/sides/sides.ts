import { loadConfig } from '../../config/load-config.ts';
import type { ProxyConfig } from '../../config/proxy-config.ts';
import type { Family } from '../../net/family.ts';
import type { LoadedState } from '../../plan/loaded-state.ts';
import { UserError } from '../../program/exit-status.ts';
import { loadState } from '../../sources/load-state.ts';
import { type CommonOptions, openSource } from '../../sources/open-source.ts';
import type { Source } from '../../sources/source.ts';
import { configWith } from './config-with.ts';
import { type Listing, readListings } from './read-listings.ts';

/** The options that choose what `diff` compares. */
export interface SideOptions extends CommonOptions {
  /** `live`, or files. Where empty, the other options decide; see `openSides`. */
  readonly against: readonly string[];
  /** Files with saved rules, instead of objects. */
  readonly rules: readonly string[];
  /** Changes to the configuration: `field=value`. */
  readonly set: readonly string[];
  readonly withConfig: string | undefined;
  readonly withSource: string | undefined;
  readonly apply: readonly string[];
  readonly family: Family | undefined;
}

/** One of the two sides, with the name by which it is shown. */
export type Side = LiveSide | FilesSide | ObjectsSide;

export interface LiveSide {
  readonly kind: 'live';
  readonly name: string;
}

export interface FilesSide {
  readonly kind: 'files';
  readonly name: string;
  readonly listings: readonly Listing[];
}

/** The rules that objects make under a configuration. */
export interface ObjectsSide {
  readonly kind: 'objects';
  readonly name: string;
  readonly loaded: LoadedState;
  readonly config: ProxyConfig;
}

export interface Sides {
  readonly before: Side;
  readonly after: FilesSide | ObjectsSide;
}

/**
 * `before` is what `--against` names; without it the present objects if other options change them, and the kernel
 * otherwise. `after` is the objects with these changes, or files. Throws a `UserError` where options contradict each
 * other or something cannot be read.
 */
export async function openSides(options: SideOptions): Promise<Sides> {
  checkOptions(options);
  if (options.rules.length > 0)
    return { before: await sideAgainst(options), after: await filesSide('--rules', options.rules, options) };
  const changes = changesOf(options);
  const isWhatIf = changes.length > 0 && options.against.length === 0;
  const after = await changedSide(changes, options);
  return { before: isWhatIf ? await presentSide(options) : await sideAgainst(options), after };
}

function checkOptions(options: SideOptions): void {
  const { against, rules } = options;
  if (against.includes('live') && against.length > 1)
    throw new UserError(`--against ${against.join(' ')}: must be live or files, not both`);
  const [change] = changesOf(options);
  if (rules.length > 0 && change !== undefined)
    throw new UserError(
      `--rules takes the place of the objects, so ${change} has nothing to change; leave one out`,
    );
  if (options.withConfig !== undefined && options.set.length > 0)
    throw new UserError('--with-config and --set both say what the configuration after is; leave one out');
}

/** The options that change something about the present objects, as on the command line. */
function changesOf({ set, withConfig, withSource, apply }: SideOptions): readonly string[] {
  return [
    ...(withConfig === undefined ? [] : [`--with-config ${withConfig}`]),
    ...set.map((setting) => `--set ${setting}`),
    ...(withSource === undefined ? [] : [`--with-source ${withSource}`]),
    ...apply.map((path) => `--apply ${path}`),
  ];
}

async function sideAgainst(options: SideOptions): Promise<Side> {
  const [first = 'live'] = options.against;
  if (first === 'live') return { kind: 'live', name: 'live' };
  return await filesSide('--against', options.against, options);
}

async function filesSide(option: string, paths: readonly string[], options: SideOptions): Promise<FilesSide> {
  const listings = await readListings(option, paths, options.family);
  return { kind: 'files', name: paths.join(' '), listings };
}

async function presentSide(options: SideOptions): Promise<ObjectsSide> {
  const { config } = await loadConfig(options.flags);
  const source = await sourceWith({ ...options, apply: [] }, config);
  return { kind: 'objects', name: 'present', config, loaded: await loadState(source, config, options) };
}

async function changedSide(changes: readonly string[], options: SideOptions): Promise<ObjectsSide> {
  const config = await changedConfig(options);
  const { withSource } = options;
  const source = await sourceWith({ ...options, source: withSource ?? options.source }, config);
  const loaded = await naming(['--source', withSource && '--with-source'], () =>
    loadState(source, config, options),
  );
  return {
    kind: 'objects',
    name: changes.length === 0 ? 'wanted' : `with ${changes.join(' ')}`,
    config,
    loaded,
  };
}

async function changedConfig({ flags, set, withConfig }: SideOptions): Promise<ProxyConfig> {
  if (set.length > 0) return await configWith(set, flags);
  const { config } = await naming(['--config', withConfig && '--with-config'], () =>
    loadConfig(withConfig === undefined ? flags : { ...flags, config: withConfig }),
  );
  return config;
}

/** Makes errors name the option that was used: `--with-config` in place of `--config`. */
async function naming<T>(
  [usual, other]: readonly [string, string | undefined],
  read: () => Promise<T>,
): Promise<T> {
  return await read().catch((error: Error) => {
    if (other === undefined || other === '' || !error.message.startsWith(`${usual} `)) throw error;
    throw new UserError(error.message.replace(usual, other));
  });
}

/** The objects of the options, as they will be once the manifests of `--apply` are applied. */
async function sourceWith(options: SideOptions, config: ProxyConfig): Promise<Source> {
  const { source } = await openSource(options, config);
  if (options.apply.length === 0) return source;
  const { withManifests } = await import('./with-manifests.ts');
  return withManifests(source, options.apply);
}
