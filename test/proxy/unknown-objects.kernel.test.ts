import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { objectsFolder, web } from '../support/cli/objects.ts';
import type { Program } from '../support/cli/program.ts';
import { inSandbox, openSandbox } from '../support/cli/sandbox.ts';
import { iptablesUnavailable, labUnavailable } from '../support/lab/unavailable.ts';
import { shared } from '../support/shared.ts';

const unavailable = labUnavailable() ?? iptablesUnavailable('nft') ?? iptablesUnavailable('legacy');

const save = (variant: string) =>
  `{ iptables-${variant}-save; ip6tables-${variant}-save; } | grep -v '^#' | sed 's/\\[.*//'`;
const list = `nft -s list ruleset | sed 's/ # handle .*//'`;

const modes = [
  ['iptables (nft)', '--proxy-mode iptables --iptables-variant nft', save('nft')],
  ['iptables (legacy)', '--proxy-mode iptables --iptables-variant legacy', save('legacy')],
  ['nftables', '--proxy-mode nftables', list],
] as const;

const broken = 'kind: Service\n  broken: x\n';
const other = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';

if (unavailable !== undefined) test('objects that are not known', ({ skip }) => skip(unavailable));

describe.skipIf(unavailable).each(modes)('in mode %s', (_mode, options, rules) => {
  const borrow = shared(openSandbox, (sandbox) => sandbox.clear());
  let node: Program;
  beforeEach(async () => {
    node = await borrow();
  });

  const once = (source: string, ...more: readonly string[]) =>
    node.portolan(['run', '--once', ...options.split(' '), '--source', source, ...more]);
  const inForce = async () => (await node.sh(rules)).stdout;

  async function programWebAndWorse(): Promise<void> {
    await using source = await objectsFolder({ 'a.yaml': web(), 'b.yaml': web('worse', 11) });
    expect(await once(source.path)).toMatchObject({ exitCode: 0 });
  }

  test.each([
    ['an empty folder', {}, /: has no Services/],
    ['a folder of other objects', { 'a.yaml': other }, /: has no Services/],
    ['an empty file', { 'a.yaml': '' }, /: has no Services/],
    ['a file that cannot be parsed', { 'a.yaml': broken }, /a\.yaml: line 2: /],
    ['a file that is no text', { 'a.yaml': '\0' }, /a\.yaml: is not text/],
  ])('a start with %s changes nothing, and says why', async (_case, files, says) => {
    await using source = await objectsFolder(files);
    await programWebAndWorse();
    const before = await inForce();
    const { exitCode, stdout, stderr } = await once(source.path);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).toContain('rules stay that no object describes');
    expect(before).toContain('10.244.0.11');
    expect(await inForce()).toBe(before);
  });

  test('a broken file among others keeps its Services, and the others are programmed', async () => {
    await using source = await objectsFolder({
      'a.yaml': web('web', 10, { '10.244.1.10': '10.244.1.99' }),
      'b.yaml': broken,
    });
    await programWebAndWorse();
    const { exitCode, stdout, stderr } = await once(source.path);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 1, stdout: '' });
    const after = await inForce();
    for (const endpoint of ['10.244.0.10', '10.244.1.99', '10.244.0.11', '10.244.1.11'])
      expect(after).toContain(endpoint);
    expect(after).not.toMatch(/-> 10\.244\.1\.10:|10\.244\.1\.10 \. 8080/);
    // A second time there is nothing to do.
    expect(await once(source.path)).toMatchObject({ exitCode: 1 });
    expect(await inForce()).toBe(after);
  });

  test('what is empty removes the rules where that is allowed', async () => {
    await using source = await objectsFolder({});
    await programWebAndWorse();
    const { exitCode, stderr } = await once(source.path, '--allow-empty');
    expect(exitCode, stderr).toBe(0);
    expect(await inForce()).not.toContain('10.244');
  });

  test('on a node without rules there is nothing to keep, and it is said once that there are no Services', async () => {
    await using source = await objectsFolder({});
    const { exitCode, stderr } = await once(source.path);
    expect(exitCode, stderr).toBe(0);
    expect(stderr.match(/has no Services/g)).toHaveLength(1);
    expect(stderr).not.toContain('rules stay');
  });

  test('a proxy that follows removes them when the file is mended or gone, and loses none before', async () => {
    await using first = await objectsFolder({ 'a.yaml': web(), 'b.yaml': web('worse', 11) });
    await using second = await objectsFolder({ 'a.yaml': web(), 'b.yaml': broken });
    const running = inSandbox(
      `rules() { ${rules}; }
       portolan run --once ${options} --source "$FIRST" || exit 90
       "$PORTOLAN" run ${options} --source "$SECOND" & pid=$!
       mkfifo /run/never
       until_true() { for i in $(seq 600); do "$@" && return 0; read -t 0.1 <>/run/never; done; echo "never: $*"; return 1; }
       has() { rules | grep -q "$1"; }
       lacks() { ! has "$1"; }
       until_true has 10.244.1.99 || exit 91
       has 10.244.1.11 || exit 92
       touch "$SECOND/programmed"
       until_true lacks 10.244.1.11 || exit 93
       has 10.244.1.99 || exit 94
       kill -TERM $pid; wait $pid`,
      { env: { FIRST: first.path, SECOND: second.path } },
    );
    // A change of what is known is programmed first.
    await writeFile(join(second.path, 'a.yaml'), web('web', 10, { '10.244.1.10': '10.244.1.99' }));
    await appears(join(second.path, 'programmed'));
    await rm(join(second.path, 'b.yaml'));
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: '' });
  });
});

/** Waits until the file is there; the test's own time limit ends the wait. */
async function appears(path: string): Promise<void> {
  const { stat } = await import('node:fs/promises');
  const { setTimeout: pause } = await import('node:timers/promises');
  while ((await stat(path).catch(() => undefined)) === undefined) await pause(50);
}
