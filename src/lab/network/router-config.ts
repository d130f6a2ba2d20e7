import type { Family } from '../../net/family.ts';
import { birdChannels } from '../../pod-network/bgp/bird-config.ts';
import { hostNumbers, underlayAddress, underlayLengths } from './lab-addresses.ts';

/** The configuration of BIRD as the router of a lab: it reflects to every node what the others announce (RFC 4456). */
export function routerConfig(families: readonly Family[], systemNumber: number): string {
  return [
    `router id ${underlayAddress('IPv4', hostNumbers.switch)};`,
    'protocol device {}',
    ...families.flatMap((family) => familyProtocols(family, systemNumber)),
    '',
  ].join('\n');
}

function familyProtocols(family: Family, systemNumber: number): readonly string[] {
  const channel = birdChannels[family];
  const own = underlayAddress(family, hostNumbers.switch);
  const network = underlayAddress(family, 0);
  return [
    `protocol direct { ${channel}; }`,
    `protocol kernel { ${channel} { export where source = RTS_BGP; }; }`,
    `protocol bgp nodes_${channel} {`,
    `  local ${own} as ${systemNumber};`,
    `  neighbor range ${network}/${underlayLengths[family]} as ${systemNumber};`,
    '  rr client;',
    `  ${channel} { import all; export where source = RTS_BGP; };`,
    '}',
  ];
}
