import { describe, test } from 'vitest';
import { nftablesBackend } from '../support/conformance/backend.ts';
import { describeFlows, flowsUnavailable } from '../support/conformance/describe-flows.ts';

/** Packet flows of kube-proxy in mode nftables, as real packets through the rules that Portolan loads. */

describe('flows of kube-proxy in mode nftables', () => {
  if (flowsUnavailable !== undefined) test('are repeated', ({ skip }) => skip(flowsUnavailable));
  else describeFlows('nftables', [nftablesBackend()]);
});
