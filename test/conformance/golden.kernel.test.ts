import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openSandbox } from '../support/cli/sandbox.ts';
import { runOnce } from '../support/conformance/product.ts';
import { describeDifferences, parseSavedRules, rulesWithoutService } from '../support/conformance/rules.ts';
import { sharedEntries, sharedPath, sharedUnavailable } from '../support/conformance/shared.ts';
import { addressLine } from '../support/lab/topology.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { shared } from '../support/shared.ts';

/** The rules that Portolan loads, against those that kube-proxy loaded for the same objects. */

const unavailable = sharedUnavailable() ?? labUnavailable();

describe.each(['nft', 'legacy'] as const)('iptables (%s)', (variant) => {
  const withoutVariant = unavailable ?? iptablesUnavailable(variant);
  if (withoutVariant !== undefined) {
    test('golden rules', ({ skip }) => skip(withoutVariant));
    return;
  }
  const borrow = shared(
    async () => {
      const program = openSandbox();
      await program.sh('ip -batch -', { input: interfaceLines.join('\n') });
      return program;
    },
    (program) => program.clear(),
  );

  test.each(sharedEntries('golden'))('%s', async (name) => {
    const program = await borrow();
    const folder = `${sharedPath}golden/${name}`;
    const objects = ['--source', `${folder}/objects.yaml`, '--config', `${folder}/config.iptables.yaml`];
    await runOnce(program, [...objects, '--iptables-variant', variant]);
    for (const command of ['iptables', 'ip6tables']) {
      const { stdout } = await program.sh(`${command}-${variant}-save`);
      const saved = parseSavedRules(stdout);
      const recorded = parseSavedRules(await readFile(`${folder}/${command}-save.txt`, 'utf8'));
      expect.soft(describeDifferences(saved, recorded), command).toBe('');
      expect.soft(rulesWithoutService(saved, recorded), command).toEqual([]);
    }
  });
});

/** The interface of the node that was recorded. */
const interfaceLines = [
  'link add eth0 type veth peer name wire',
  'link set wire up',
  'link set eth0 up',
  ...['192.168.50.10/24', '192.168.51.10/24', 'fd00:50::10/64'].map((address) =>
    addressLine(address, 'eth0'),
  ),
];
