import { describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const variants = ['nft', 'legacy'] as const;

/** The kernel does not take a rule that counts by a counter which is not there. */
const refusing = (variant: string, rule: string) => `#!/bin/sh
sed 's#^-A \\(\\S*\\) ${rule}#-A \\1 -m nfacct --nfacct-name nobody ${rule}#' |
  exec /usr/sbin/iptables-${variant}-restore "$@"`;

describe.each(variants)(
  'on iptables-%s a Service is left out, and all else is in force, where the kernel refuses',
  (variant) => {
    const unavailable = labUnavailable() ?? iptablesUnavailable(variant);

    test.skipIf(unavailable !== undefined).each([
      ['the rule that leads to it', '-d 10.96.0.11/32', web('worse', 11)],
      ['the rules of its endpoints', '-p tcp .* --to-destination 10.244.1.11', web('worse', 11)],
      ['the rule that refuses its traffic', '-d 10.96.0.11/32', web('worse', 11).split('---')[0] ?? ''],
    ])('%s', async (_, rule, worse) => {
      await using source = await objectsFolder({ 'a.yaml': `${web('web', 10)}---\n${worse}` });
      const { exitCode, stdout, stderr } = await inSandbox(
        `mkdir /run/bin; printf '%s\\n' "$REFUSING" >/run/bin/iptables-$V-restore; chmod +x /run/bin/iptables-$V-restore
       PATH=/run/bin:$PATH portolan run --once --source "$SOURCE" --iptables-variant $V; status=$?
       iptables-$V-save; exit $status`,
        { env: { V: variant, SOURCE: source.path, REFUSING: refusing(variant, rule) } },
      );
      expect(stderr).toMatch(/Service default\/worse.*left out/);
      expect(stdout).toContain('default/web:http cluster IP');
      expect(stdout).not.toMatch(/default\/worse|10\.96\.0\.11|KUBE-PROXY-TRIAL/);
      expect(exitCode).toBe(1);
    });
  },
);
