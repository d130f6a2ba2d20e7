import { readIpamConfiguration } from '../configuration/network-configuration.ts';
import { readReleaseConfiguration } from '../configuration/release-configuration.ts';
import { releaseOf } from '../ipam/ipam-of.ts';
import { ownIpam } from '../ipam/own-ipam.ts';
import { formatResult } from '../protocol/format-result.ts';
import { validAttachments } from '../protocol/valid-attachments.ts';
import type { Plugin } from './plugin.ts';

/** The IPAM part alone, for plugins that delegate to a plugin host-local. */
export const hostLocalPlugin: Plugin = (call, { withReservations }) => {
  const { network, parameters, version } = call;
  const release = () => releaseOf(call, readReleaseConfiguration(call), withReservations);
  const ipam = () => {
    const { hostLocal: configuration, requested } = readIpamConfiguration(call);
    return ownIpam({
      network,
      attachment: parameters,
      configuration,
      requested,
      withReservations,
      liveness: undefined,
    });
  };
  switch (parameters.operation) {
    case 'ADD':
      return formatResult(ipam().add(), version);
    case 'DEL':
      return void release().del();
    case 'CHECK':
      return void ipam().check();
    case 'GC':
      return void release().gc(validAttachments(call));
    case 'STATUS':
      return void ipam().status();
    case 'VERSION':
      return undefined;
  }
};
