import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { inSandbox } from '../support/cli/sandbox.ts';
import { labUnavailable } from '../support/lab/unavailable.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/explain');

describe('the rules in the kernel', () => {
  const unavailable = labUnavailable();
  beforeEach(({ skip }) => skip(unavailable !== undefined, unavailable));

  test.each(['iptables', 'nftables'])(
    'of mode %s are followed, and nothing of them is changed',
    async (mode) => {
      const source = `--source ${fixtures}/objects.yaml --config ${fixtures}/config.${mode}.yaml`;
      const listing = mode === 'iptables' ? 'iptables-save' : 'nft list ruleset';
      const load = mode === 'iptables' ? 'iptables-restore' : 'nft -f -';
      const script = `
      portolan render ${source} --family IPv4 | ${load}
      before=$(${listing} | grep -v '^#')
      portolan explain --live --from 10.244.1.5 --to 10.96.20.10:80 --output json
      test "$before" = "$(${listing} | grep -v '^#')"`;
      const { exitCode, stdout, stderr } = await inSandbox(script);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({
        verdict: 'dnat',
        endpoints: ['10.244.1.11:8080', '10.244.2.12:8080', '10.244.2.13:8080'],
        masquerade: false,
      });
    },
  );
});
