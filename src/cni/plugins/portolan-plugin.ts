import { addAttachment } from '../attachment/add.ts';
import type { AttachmentRequest } from '../attachment/attachment-request.ts';
import { checkAttachment } from '../attachment/check.ts';
import { collectGarbage } from '../attachment/collect-garbage.ts';
import { deleteAttachment } from '../attachment/delete.ts';
import { goneFrom } from '../attachment/gone.ts';
import { requireReady } from '../attachment/require-ready.ts';
import { readNetworkConfiguration } from '../configuration/network-configuration.ts';
import { readReleaseConfiguration } from '../configuration/release-configuration.ts';
import { ipamOf, releaseOf } from '../ipam/ipam-of.ts';
import { formatResult } from '../protocol/format-result.ts';
import { joinResults, previousResult, requirePreviousResult } from '../protocol/previous-result.ts';
import type { Call } from '../protocol/read-call.ts';
import { validAttachments } from '../protocol/valid-attachments.ts';
import type { Plugin } from './plugin.ts';

/** Type `portolan`: a veth pair and a bridge, with addresses and routes as IPAM says. */
export const portolanPlugin: Plugin = (call, { node, withReservations }) => {
  const { parameters, version, network } = call;
  const access = { withReservations, isGone: goneFrom(node) };
  switch (parameters.operation) {
    case 'ADD': {
      const request = requestOf(call);
      const previous = previousResult(call);
      const made = addAttachment(node, ipamOf(call, request.configuration, access), request);
      return formatResult(previous === undefined ? made : joinResults(previous, made), version);
    }
    case 'DEL': {
      const release = releaseOf(call, readReleaseConfiguration(call), withReservations);
      return void deleteAttachment(node, release, parameters, parameters.netns);
    }
    case 'CHECK': {
      const request = requestOf(call);
      const ipam = ipamOf(call, request.configuration, access);
      return void checkAttachment(node, ipam, request, requirePreviousResult(call));
    }
    case 'GC': {
      const release = releaseOf(call, readReleaseConfiguration(call), withReservations);
      return void collectGarbage(node, release, network, validAttachments(call));
    }
    case 'STATUS': {
      const configuration = readNetworkConfiguration(call);
      return void requireReady(node, ipamOf(call, configuration, access), configuration);
    }
    case 'VERSION':
      return undefined;
  }
};

function requestOf(call: Call): AttachmentRequest {
  const { parameters, network } = call;
  const { containerId, ifname, netns } = parameters;
  return {
    attachment: { containerId, ifname },
    netns,
    network,
    configuration: readNetworkConfiguration(call),
  };
}
