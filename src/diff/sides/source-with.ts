import type { ProxyConfig } from '../../config/proxy-config.ts';
import { type CommonOptions, openSource } from '../../sources/open-source.ts';
import type { Source } from '../../sources/source.ts';

/** The objects that the options name, and over them those of the manifests that are to be applied. */
export async function sourceWith(
  options: CommonOptions & { readonly apply: readonly string[] },
  config: ProxyConfig,
): Promise<Source> {
  const { source } = await openSource(options, config);
  if (options.apply.length === 0) return source;
  const { withManifests } = await import('./with-manifests.ts');
  return withManifests(source, options.apply);
}
