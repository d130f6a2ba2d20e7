import { clusterIP } from '../objects.ts';

/** How a packet finds the chain of its Service: by one map of verdicts, or by so many sets, one for each chain that there is. */
export type Dispatch = 'none' | 'map' | number;

/** A table that looks up the destination of each packet sent, and drops it then, whether it was found or not. */
export function dispatchTable(dispatch: Dispatch, services: number): string {
  const keys = Array.from({ length: services }, (_, index) => `${clusterIP(index)} . udp . 80`);
  const { declared, rules } = dispatchParts(dispatch, keys);
  return [
    'table ip bench {',
    ...declared,
    'chain service { drop; }',
    `chain output { type filter hook output priority filter; ${rules.join(' ')} drop; }`,
    '}',
    '',
  ].join('\n');
}

interface DispatchParts {
  readonly declared: readonly string[];
  readonly rules: readonly string[];
}

function dispatchParts(dispatch: Dispatch, keys: readonly string[]): DispatchParts {
  const key = 'ip daddr . meta l4proto . th dport';
  const type = 'type ipv4_addr . inet_proto . inet_service';
  if (dispatch === 'none') return { declared: [], rules: [] };
  if (dispatch === 'map') {
    const elements = keys.map((text) => `${text} : goto service`).join(', ');
    return {
      declared: [`map services { ${type} : verdict; elements = { ${elements} } }`],
      rules: [`${key} vmap @services;`],
    };
  }
  const sets = Array.from({ length: dispatch }, (_, set) =>
    keys.filter((_key, index) => index % dispatch === set),
  );
  return {
    declared: sets.map((own, set) => `set services-${set} { ${type}; elements = { ${own.join(', ')} } }`),
    rules: sets.map((_, set) => `${key} @services-${set} goto service;`),
  };
}
