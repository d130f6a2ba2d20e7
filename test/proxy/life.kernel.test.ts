import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import { inSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft') ?? iptablesUnavailable('legacy');
const variants = ['nft', 'legacy'] as const;

/** Rules of other programs, before Portolan and after `cleanup` the same. */
const foreign = `
  iptables-$V -N DOCKER-USER; iptables-$V -A FORWARD -m comment --comment "not ours" -j DOCKER-USER
  iptables-$V -A DOCKER-USER -j RETURN; iptables-$V -t nat -A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE
  iptables-$V -P FORWARD DROP; ip6tables-$V -A INPUT -p tcp --dport 22 -j ACCEPT`;

const rules =
  'iptables-$V-save | grep -v "^#" | sed "s/\\[.*//"; ip6tables-$V-save | grep -v "^#" | sed "s/\\[.*//"';

if (unavailable !== undefined) test("the command's life", ({ skip }) => skip(unavailable));

describe.skipIf(unavailable).each(variants)('on iptables-%s', (variant) => {
  const sandbox = (script: string, source: string) =>
    inSandbox(script, { env: { V: variant, SOURCE: source } });
  const once = 'portolan run --once --source "$SOURCE" --iptables-variant $V';

  test('a second run changes nothing, and diff says so', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitCode, stdout } = await sandbox(
      `${once} && (${rules}) >/run/first && ${once} && (${rules}) >/run/second && cmp /run/first /run/second &&
       portolan diff --source "$SOURCE" --iptables-variant $V`,
      source.path,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  });

  test('diff shows the chains that a sync would change, with exit status 1', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitCode, stdout } = await sandbox(
      `${once} && sed -i s/10.244.1.10/10.244.1.99/ "$SOURCE/a.yaml" && portolan diff --source "$SOURCE" --iptables-variant $V`,
      source.path,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^--- live IPv4 nat KUBE-SVC-\S+$/m);
    expect(stdout).toMatch(/^-.* -> 10\.244\.1\.10:8080"/m);
    expect(stdout).toMatch(/^\+.* -> 10\.244\.1\.99:8080"/m);
    expect(stdout).not.toContain('KUBE-SERVICES');
  });

  test('cleanup leaves the machine as it was, the rules of others untouched', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const { exitCode, stderr } = await sandbox(
      `${foreign}
       (${rules}) >/run/before; cat /proc/sys/net/ipv4/conf/all/route_localnet >>/run/before
       ${once} || exit 3
       portolan cleanup >/dev/null || exit 4
       (${rules}) | grep -v '^\\*mangle' >/run/after; cat /proc/sys/net/ipv4/conf/all/route_localnet >>/run/after
       grep KUBE /run/after && exit 5
       # Looking at a table makes it, so only what stands in it is compared.
       diff <(grep -e '^-A' -e DOCKER -e '^[01]' /run/before) <(grep -e '^-A' -e DOCKER -e '^[01]' /run/after)`,
      source.path,
    );
    expect({ exitCode, stderr: stderr.match(/^(?!\[).*/gm)?.join('') ?? '' }).toEqual({
      exitCode: 0,
      stderr: '',
    });
  });

  test('while it runs it mends what somebody removes, and follows its files', async () => {
    await using source = await objectsFolder({ 'a.yaml': web() });
    const file = join(source.path, 'a.yaml');
    const running = sandbox(
      `"$PORTOLAN" run --source "$SOURCE" --iptables-variant $V & pid=$!
       has() { iptables-$V-save -t nat | grep -q -e "$1"; }
       until_true() { for i in $(seq 200); do "$@" && return 0; read -t 0.1 <>/run/never; done; echo "never: $*"; return 1; }
       lacks() { ! has "$1"; }
       mkfifo /run/never
       until_true has 'to-destination 10.244.1.10' || exit 3
       iptables-$V -t nat -F PREROUTING; until_true has '-A PREROUTING.*KUBE-SERVICES' || exit 4
       iptables-$V -t nat -F KUBE-MARK-MASQ; until_true has '-A KUBE-MARK-MASQ' || exit 5
       touch "$SOURCE/mended"
       until_true has 'to-destination 10.244.1.99' || exit 6
       lacks 'to-destination 10.244.1.10:' || exit 7
       touch "$SOURCE/replaced"
       until_true has 'default/second:http' || exit 8
       touch "$SOURCE/added"
       until_true lacks 'default/second:http' || exit 9
       kill -TERM $pid; wait $pid`,
      source.path,
    );
    await appears(join(source.path, 'mended'));
    await writeFile(join(source.path, 'draft'), web('web', 10, { '10.244.1.10': '10.244.1.99' }));
    await rename(join(source.path, 'draft'), file);
    await appears(join(source.path, 'replaced'));
    await writeFile(join(source.path, 'b.yaml'), web('second', 20));
    await appears(join(source.path, 'added'));
    await rm(join(source.path, 'b.yaml'));
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: '' });
  });
});

/** Waits until the file is there. */
async function appears(path: string): Promise<void> {
  const { stat } = await import('node:fs/promises');
  const { setTimeout: pause } = await import('node:timers/promises');
  for (let tries = 0; tries < 600; tries++) {
    if (await stat(path).catch(() => undefined)) return;
    await pause(50);
  }
  throw new Error(`${path} never came`);
}
