import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue, PluginNode } from '../plugin-node.ts';

/** An IPAM plugin that notes how it is called, and answers as the test says. */
export interface Recorder {
  /** As `ipam.type` has it. */
  readonly type: string;
  /** The folder for CNI_PATH. */
  readonly folder: string;
  calls(): Promise<readonly RecordedCall[]>;
  /** Has this operation fail from now on. */
  fail(operation: string, error: JsonValue): Promise<void>;
}

export interface RecordedCall {
  readonly operation: string;
  /** The variables that begin with CNI_. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input: JsonValue;
}

export async function createRecorder(node: PluginNode, version: string): Promise<Recorder> {
  const folder = join(node.folder, 'recorder');
  await mkdir(join(folder, 'calls'), { recursive: true });
  const file = join(folder, type);
  await writeFile(file, script);
  await chmod(file, 0o755);
  const ip = {
    ...(version < '1.0.0' ? { version: '4' } : {}),
    address: '10.244.0.77/24',
    gateway: '10.244.0.1',
  };
  await writeFile(join(folder, 'ADD.answer'), JSON.stringify({ cniVersion: version, ips: [ip] }));
  return {
    type,
    folder,
    async calls() {
      const names = (await readdir(join(folder, 'calls'))).filter((name) => name.endsWith('.input')).sort();
      return Promise.all(
        names.map((name) => readCall(join(folder, 'calls', name.slice(0, -'.input'.length)))),
      );
    },
    fail: (operation, error) => writeFile(join(folder, `${operation}.error`), JSON.stringify(error)),
  };
}

const type = 'recorder';

async function readCall(path: string): Promise<RecordedCall> {
  const lines = (await readFile(`${path}.environment`, 'utf8')).split('\n').filter((line) => line !== '');
  const environment = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const input: JsonValue = JSON.parse(await readFile(`${path}.input`, 'utf8'));
  return { operation: environment.CNI_COMMAND ?? '', environment, input };
}

/** Counts its calls by folders, of which `mkdir` makes each once. */
const script = `#!/bin/sh
cd -- "$(dirname -- "$0")" || exit 1
n=100
while ! mkdir "calls/$n" 2>/dev/null; do n=$((n + 1)); done
env | grep ^CNI_ >"calls/$n.environment"
cat >"calls/$n.input"
echo "the recorder was here" >&2
if [ -f "$CNI_COMMAND.error" ]; then cat "$CNI_COMMAND.error"; exit 1; fi
if [ -f "$CNI_COMMAND.answer" ]; then cat "$CNI_COMMAND.answer"; fi
`;
