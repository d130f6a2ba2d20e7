import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NetworkList } from '../../../src/lab/cni/network-list.ts';
import { openResultCache } from '../../../src/lab/cni/result-cache.ts';
import { type Attachment, type CniRuntime, createCniRuntime } from '../../../src/lab/cni/runtime.ts';
import type { Namespaces } from '../../../src/lab/runtime/namespaces.ts';

/** Plugins that note how they are called: `first` and `second` of a chain, and `broken`, which fails. */
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cni-'));
  for (const type of ['first', 'second']) write(type, 'printf %s "$result"');
  write('broken', `printf '{"code": 7, "msg": "no such field", "details": "subnet"}'; exit 1`);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The call in a line: command, container, namespace, interface, arguments, path, and the configuration. */
function write(type: string, end: string): void {
  const script = `#!/bin/sh
configuration=$(cat)
result='{"cniVersion": "1.1.0", "by": "${type}"}'
printf '%s\\n' "$CNI_COMMAND ${type} $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS $configuration" >>${folder}/calls
${end}
`;
  writeFileSync(join(folder, type), script);
  chmodSync(join(folder, type), 0o755);
}

const chain: NetworkList = {
  cniVersion: '1.1.0',
  name: 'net',
  plugins: [
    { type: 'first', mtu: 9 },
    { type: 'second', capabilities: { portMappings: true } },
  ],
};
const attachment: Attachment = {
  container: 'c1',
  network: '/run/netns/x',
  interfaceName: 'eth0',
  args: [
    ['IgnoreUnknown', '1'],
    ['K8S_POD_NAME', 'web'],
  ],
  capabilities: { portMappings: [{ hostPort: 1 }], dns: {} },
};
const called = 'c1 /run/netns/x eth0 IgnoreUnknown=1;K8S_POD_NAME=web';
const named = { name: 'net', cniVersion: '1.1.0' };

describe('the plugins of a list are called', () => {
  test('in turn to add, each with the result before, and its own capabilities only', async () => {
    const result = await runtime().add(chain, attachment);
    expect(result).toEqual(resultOf('second'));
    expect(calls()).toEqual([
      [`ADD first ${called}`, { type: 'first', mtu: 9, ...named }],
      [
        `ADD second ${called}`,
        {
          type: 'second',
          ...named,
          runtimeConfig: { portMappings: [{ hostPort: 1 }] },
          prevResult: resultOf('first'),
        },
      ],
    ]);
  });

  test('in reverse to remove, with what was kept at that time, whatever the list is now', async () => {
    const cni = runtime();
    await cni.add(chain, attachment);
    forget();
    await cni.remove({ ...chain, plugins: [] }, { ...attachment, network: undefined, capabilities: {} });
    expect(calls().map(([call]) => call)).toEqual([
      'DEL second c1  eth0 IgnoreUnknown=1;K8S_POD_NAME=web',
      'DEL first c1  eth0 IgnoreUnknown=1;K8S_POD_NAME=web',
    ]);
    expect(calls()[0]?.[1]).toMatchObject({
      prevResult: resultOf('second'),
      runtimeConfig: { portMappings: [{ hostPort: 1 }] },
    });
  });

  test('in turn to check, with the result of the last', async () => {
    const cni = runtime();
    await cni.add(chain, attachment);
    forget();
    await cni.check(chain, attachment);
    expect(calls().map(([call]) => call)).toEqual([`CHECK first ${called}`, `CHECK second ${called}`]);
    expect(calls()[0]?.[1]).toMatchObject({ prevResult: resultOf('second') });
  });

  test('for garbage with what is valid, and for their status', async () => {
    await runtime().collectGarbage(chain, [{ container: 'c1', interfaceName: 'eth0' }]);
    await runtime().requireReady(chain);
    expect(calls().map(([call]) => call.split(' ', 2).join(' '))).toEqual([
      'GC first',
      'GC second',
      'STATUS first',
      'STATUS second',
    ]);
    expect(calls()[0]?.[1]).toMatchObject({
      'cni.dev/valid-attachments': [{ containerID: 'c1', ifname: 'eth0' }],
    });
  });

  test('neither for garbage nor for their status before CNI 1.1, nor to check before 0.4', async () => {
    const cni = runtime();
    await cni.collectGarbage({ ...chain, cniVersion: '1.0.0' }, []);
    await cni.requireReady({ ...chain, cniVersion: '1.0.0' });
    await cni.check({ ...chain, cniVersion: '0.3.1' }, attachment);
    expect(calls()).toEqual([]);
  });
});

describe('fails with the words of the plugin', () => {
  test.each([
    ['that answers an error', 'broken', 'plugin broken (ADD): no such field: subnet'],
    ['that is not there', 'absent', `there is no CNI plugin absent in `],
  ])('%s', async (_, type, message) => {
    await expect(runtime().add({ ...chain, plugins: [{ type }] }, attachment)).rejects.toThrow(message);
  });

  test('that prints no JSON', async () => {
    write('talker', 'echo hello');
    await expect(runtime().add({ ...chain, plugins: [{ type: 'talker' }] }, attachment)).rejects.toThrow(
      'plugin talker (ADD): it printed no JSON: hello',
    );
  });
});

function runtime(): CniRuntime {
  const cache = openResultCache(join(folder, 'results'));
  return createCniRuntime({ node: '/run/netns/node', path: [folder], cache }, namespaces);
}

/** Of one namespace only. */
const namespaces: Namespaces = {
  inNetwork: (_, work) => work(),
  inNewPidNamespace: (work) => work(),
  leaveNetwork: () => undefined,
  makeNetwork: () => undefined,
  removeNetwork: () => undefined,
};

function resultOf(type: string) {
  return { cniVersion: '1.1.0', by: type };
}

function calls(): readonly (readonly [call: string, configuration: unknown])[] {
  return textOf('calls')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf(' {');
      return [line.slice(0, at), JSON.parse(line.slice(at))] as const;
    });
}

function forget(): void {
  writeFileSync(join(folder, 'calls'), '');
}

function textOf(name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
}
