import type { RouteConfig } from '../protocol/result.ts';
import type { Fields } from './fields.ts';

/** A list of routes, as `routes` of a result has them. */
export function readRoutes(fields: Fields, key: string): readonly RouteConfig[] {
  return (fields.objects(key) ?? []).flatMap((route) => {
    const dst = route.destination('dst');
    const read = {
      gw: route.address('gw'),
      mtu: route.integer('mtu', 0, 65_535),
      advmss: route.integer('advmss', 0, 65_535),
      priority: route.integer('priority', 0, 2 ** 32 - 1),
      table: route.integer('table', 0, 2 ** 32 - 1),
      scope: route.integer('scope', 0, 255),
    };
    route.reportUnknown();
    if (dst !== undefined) return [{ dst, ...read }];
    if (!route.has('dst')) route.invalid('dst', 'must be a network such as 0.0.0.0/0');
    return [];
  });
}
