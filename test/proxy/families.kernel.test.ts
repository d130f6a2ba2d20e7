import { describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft');
if (unavailable !== undefined) test('families of their own', ({ skip }) => skip(unavailable));

/** A proxy of mode iptables over tools in $TOOLS, and what the scripts below ask of it. */
const start = `
  mkfifo /run/never; mkdir /run/tools; PATH=/run/tools:$PATH
  until_true() { for i in $(seq 600); do "$@" && return 0; read -t 0.1 <>/run/never; done; echo "never: $*"; return 1; }
  livez() { curl -s -o /run/livez -w '%{http_code}' 127.0.0.1:10256/livez; }
  answers() { [ "$(livez)" = "$1" ]; }
  has() { iptables-nft-save -t nat | grep -q -e "$1"; }
  run() {
    "$PORTOLAN" run --source "$SOURCE" --proxy-mode iptables --iptables-variant nft --iptables-sync-period 1s 2>/run/log & pid=$!
  }
  tool() { printf '#!/bin/sh\\n%s\\n' "$2" >/run/tools/$1; chmod +x /run/tools/$1; }`;

/** The table that another proxy left, in both families. */
const others = `
  for family in ip ip6; do nft add table $family kube-proxy; done
  lacks() { ! nft list table "$1" kube-proxy 2>/dev/null >/run/table; }`;

async function inForce(script: string) {
  await using source = await objectsFolder({ 'a.yaml': web() });
  const { exitCode, stdout, stderr } = await inSandbox(`${start}\n${others}\n${script}`, {
    env: { SOURCE: source.path },
  });
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

/** The last part of the output: what /livez said. */
const behind = (stdout: string) => JSON.parse(stdout).status;

describe.skipIf(unavailable)('a family that', () => {
  test('fails holds back nothing of the other, and the health page says that it is behind, and why', async () => {
    const stdout = await inForce(`
      tool ip6tables-nft-restore 'echo "out of order" >&2; exit 1'
      run
      until_true has 'to-destination 10.244.1.10' || exit 3
      until_true lacks ip || exit 4
      sed -i s/10.244.1.10/10.244.1.99/ "$SOURCE/a.yaml"
      until_true has 'to-destination 10.244.1.99' || exit 5
      iptables-nft -t nat -F KUBE-MARK-MASQ; until_true has '-A KUBE-MARK-MASQ' || exit 6
      until_true answers 503 || exit 7
      lacks ip6 && exit 8
      rm /run/tools/ip6tables-nft-restore
      cat /run/livez
      until_true lacks ip6 || exit 9
      until_true answers 200 || exit 10
      kill -TERM $pid; wait $pid`);
    expect(behind(stdout)).toMatchObject({
      IPv4: { healthy: true },
      IPv6: { healthy: false, behind: { error: expect.stringContaining('out of order') } },
    });
    expect(behind(stdout).IPv4).not.toHaveProperty('behind');
  });

  test('hangs at the first sync holds back nothing of the other, is not healthy, and ends with the proxy', async () => {
    const stdout = await inForce(`
      tool ip6tables-nft-restore 'echo $$ >/run/hanging; exec sleep infinity'
      run
      until_true has 'to-destination 10.244.1.10' || exit 3
      until_true answers 503 || exit 4
      sed -i s/10.244.1.10/10.244.1.99/ "$SOURCE/a.yaml"
      until_true has 'to-destination 10.244.1.99' || exit 5
      answers 503 || exit 6
      kill -0 "$(cat /run/hanging)" || exit 7
      kill -TERM $pid; wait $pid || exit 8
      kill -0 "$(cat /run/hanging)" && exit 9
      cat /run/livez`);
    expect(behind(stdout)).toMatchObject({ IPv4: { healthy: true }, IPv6: { healthy: false } });
    expect(behind(stdout).IPv6.behind).toEqual({ since: expect.any(String) });
  });

  test('this machine does not have is said once and left out', async () => {
    const stdout = await inForce(`
      ln -s /usr/sbin/* /usr/bin/* /run/tools/ 2>/dev/null; rm /run/tools/ip6tables*; PATH=/run/tools
      run
      until_true has 'to-destination 10.244.1.10' || exit 3
      until_true answers 200 || exit 4
      until_true lacks ip || exit 5
      sed -i s/10.244.1.10/10.244.1.99/ "$SOURCE/a.yaml"
      until_true has 'to-destination 10.244.1.99' || exit 6
      answers 200 || exit 7
      kill -TERM $pid; wait $pid || exit 8
      cat /run/livez
      [ "$(grep -c 'the command ip6tables-nft-restore is not on this machine' /run/log)" = 1 ] || exit 9
      grep -e 'sync failed' -e 'cannot be read' /run/log && exit 10
      true`);
    expect(Object.keys(behind(stdout))).toEqual(['IPv4']);
  });
});
