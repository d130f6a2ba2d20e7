import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LiveNode, liveNodeView, withRoutesKnown } from '../../../src/kernel/node/live-node-view.ts';
import { address } from '../../support/records.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portolan-ip-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const [pod, other, own] = [address('10.244.1.5'), address('10.244.2.6'), address('192.168.50.10')];

/** An `ip` that has a local address, and a route to each address that `routes` says. It notes each call, and what it reads. */
async function ip(routes: Readonly<Record<string, string>>, first = ''): Promise<void> {
  const answers = Object.entries(routes).map(
    ([to, device]) => `"route get ${to}") echo '[{"dst":"${to}","dev":"${device}","flags":[]}]';;`,
  );
  const script = `#!/bin/sh
case "$*" in
  *local*) echo '[{"type":"local","dst":"${own}","dev":"eth0"}]'; exit;;
esac
${first}
echo call >>${folder}/log
while read -r line; do
  echo "$line" >>${folder}/log
  case "$line" in ${answers.join('\n')} *) echo "RTNETLINK answers: Network is unreachable" >&2; status=1;; esac
done
exit \${status:-0}
`;
  await writeFile(join(folder, 'ip'), script);
  await chmod(join(folder, 'ip'), 0o755);
}

const log = async () => (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n');

describe('routes of this machine', () => {
  test('are asked for in vain once, then looked up together, and never again', async () => {
    await ip({ [pod]: 'cni0' });
    const node = await liveNodeView('IPv4');
    expect([pod, other, own].map((to) => node.interfaceTo(to))).toEqual([undefined, undefined, 'lo']);
    expect(await node.lookUpRoutes()).toBe(true);
    expect([pod, other].map((to) => node.interfaceTo(to))).toEqual(['cni0', undefined]);
    expect(await node.lookUpRoutes()).toBe(false);
    expect(await node.lookUpRoutes([pod, other, own])).toBe(false);
    expect(await log()).toEqual(['call', `route get ${pod}`, `route get ${other}`]);
  });

  test('can be asked for ahead', async () => {
    await ip({ [pod]: 'cni0' });
    const node = await liveNodeView('IPv4');
    expect(await node.lookUpRoutes([pod])).toBe(true);
    expect(node.interfaceTo(pod)).toBe('cni0');
  });

  test('do not stop the event loop while the command takes its time', async () => {
    await ip({ [pod]: 'cni0' }, `while ! test -e ${folder}/go; do sleep 0.02; done`);
    const node = await liveNodeView('IPv4');
    node.interfaceTo(pod);
    const looking = node.lookUpRoutes();
    // Only an event loop that turns comes to this.
    await writeFile(join(folder, 'go'), '');
    expect(await looking).toBe(true);
    expect(node.interfaceTo(pod)).toBe('cni0');
  });

  test.each([
    ['fails', 'exit 255'],
    ['is killed', 'kill -KILL $$'],
  ])('are unknown where the command %s', async (_, first) => {
    await ip({}, first);
    const node = await liveNodeView('IPv4');
    expect(await node.lookUpRoutes([pod])).toBe(true);
    expect(node.interfaceTo(pod)).toBeUndefined();
    expect(await node.lookUpRoutes([pod])).toBe(false);
  });

  test('are unknown where the command is missing', async () => {
    vi.stubEnv('PATH', folder);
    const node = await liveNodeView('IPv4');
    await node.lookUpRoutes([pod]);
    expect(node.interfaceTo(pod)).toBeUndefined();
  });
});

describe('work that asks for routes', () => {
  /** A node that learns at each look-up what it was asked for. */
  const learning = (): Pick<LiveNode, 'interfaceTo' | 'lookUpRoutes'> => {
    const [known, asked] = [new Set<string>(), new Set<string>()];
    return {
      interfaceTo(to) {
        if (!known.has(to)) asked.add(to);
        return known.has(to) ? 'eth0' : undefined;
      },
      async lookUpRoutes() {
        const isNew = asked.size > 0;
        for (const to of asked) known.add(to);
        asked.clear();
        return isNew;
      },
    };
  };

  test('is done again until it knows them all, whatever it throws before', async () => {
    const node = learning();
    const work = vi.fn(() => {
      if (node.interfaceTo(pod) === undefined) throw new Error('too many ways');
      return node.interfaceTo(other) ?? 'nowhere';
    });
    expect(await withRoutesKnown(node, work)).toBe('eth0');
    expect(work).toHaveBeenCalledTimes(3);
  });

  test('throws what it throws when it knows them', async () => {
    const node = learning();
    const work = () => {
      node.interfaceTo(pod);
      throw new Error('a fault');
    };
    await expect(withRoutesKnown(node, work)).rejects.toThrow('a fault');
  });
});
