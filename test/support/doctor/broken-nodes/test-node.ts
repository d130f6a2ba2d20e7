import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { DoctorReport, Finding } from '../../../../src/doctor/check.ts';
import { scriptEnvironment } from '../../agents/environment.ts';
import { type Finished, type Program, startProgram } from '../../cli/program.ts';
import { type Host, startHost } from '../../lab/host.ts';
import { configureInterfaces, createNamespaces } from '../../lab/namespaces.ts';
import { addresses, ports } from './addresses.ts';
import { healthyConfig, healthyObjects } from './objects.ts';
import { everywhere, linesOf, linkLines, nodeSettings, overlayPeers, type Role, roles } from './topology.ts';

/** A healthy node with two pods that serve, and another node, as network namespaces (see topology.ts). */
export interface TestNode extends AsyncDisposable {
  readonly node: Host;
  /** Both answer on TCP port 8080, by IPv4 and IPv6. */
  readonly pods: readonly [Host, Host];
  /** The other node, with a pod's address and that of a client of the outside. */
  readonly other: Host;
  /** What the proxy is told: at first `healthyObjects` and `healthyConfig`. */
  writeObjects(text: string): Promise<void>;
  writeConfig(text: string): Promise<void>;
  /** Sets numbers below /proc/sys of the node; `*` stands for each. */
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Programs the node by `run --once`; rejects where that fails. */
  program(more?: readonly string[]): Promise<void>;
  /** Runs `doctor` on the node; rejects where it writes no report. */
  doctor(more?: readonly string[]): Promise<DoctorRun>;
  /** The same where the API server does not answer, or as a user who may nothing. */
  doctorWithout(what: 'objects' | 'root'): Promise<DoctorRun>;
  /** Removes all rules, here and in the pods, and writes the objects and the configuration of a healthy node of that mode. */
  startAnew(mode: Mode): Promise<void>;
}

export type Mode = 'iptables' | 'nftables';

export interface DoctorRun {
  readonly status: number | undefined;
  readonly report: DoctorReport;
  readonly stderr: string;
}

export async function createTestNode({ mode }: { readonly mode: Mode }): Promise<TestNode> {
  await using stack = new AsyncDisposableStack();
  const { nameOf } = stack.use(await createNamespaces(roles, linkLines));
  const folder = await mkdtemp(join(tmpdir(), 'portolan-doctor-'));
  stack.defer(() => rm(folder, { recursive: true }));
  // What doctor reads in /sys is the namespace's own.
  const launcher = ['ip', 'netns', 'exec', nameOf('node')];
  const program = stack.use(startProgram(launcher, { RUNTIME_DIRECTORY: folder }));
  const start = async (role: Role): Promise<Host> => {
    const host = stack.use(startHost(nameOf(role)));
    await host.set(everywhere);
    await configureInterfaces(linesOf(role), nameOf(role));
    return host;
  };
  const [node, pod0, pod1, other] = await Promise.all([
    start('node'),
    start('pod0'),
    start('pod1'),
    start('other'),
  ]);
  await Promise.all([
    node.exec('bridge', overlayPeers.node),
    other.exec('bridge', overlayPeers.other),
    ...[pod0, pod1].map(serve),
  ]);
  await node.set(nodeSettings);
  const files = filesIn(folder);
  await files.writeHealthy(mode);
  const everything = stack.move();
  return {
    node,
    pods: [pod0, pod1],
    other,
    set: (settings) => node.set(settings),
    ...files,
    ...commands(node, program, folder),
    async startAnew(newMode) {
      await Promise.all([
        program.clear(),
        ...[pod0, pod1].map((pod) => pod.exec('nft', ['flush', 'ruleset'])),
        files.writeHealthy(newMode),
      ]);
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** The findings of one check. Throws where it was not made. */
export function findingsOf({ checks }: DoctorReport, check: string): readonly Finding[] {
  const found = checks.find((report) => report.check === check);
  if (found === undefined) throw new Error(`the report has no check ${check}`);
  return found.findings;
}

async function serve(pod: Host, index: number): Promise<void> {
  const own = addresses.pods[index];
  for (const address of own === undefined ? [] : [own.IPv4, own.IPv6]) {
    await pod.listen({ protocol: 'tcp', address, port: ports.target });
  }
}

function filesIn(folder: string) {
  const writeObjects = (text: string) => writeFile(objectsFile(folder), text);
  const writeConfig = (text: string) => writeFile(configFile(folder), text);
  const writeHealthy = async (mode: Mode) => {
    await Promise.all([writeObjects(healthyObjects()), writeConfig(healthyConfig(mode))]);
  };
  return { writeObjects, writeConfig, writeHealthy };
}

function commands(
  { namespace }: Host,
  program: Program,
  folder: string,
): Pick<TestNode, 'program' | 'doctor' | 'doctorWithout'> {
  const config = ['--config', configFile(folder)];
  const inputs = ['--source', objectsFile(folder), ...config];
  return {
    async program(more = []) {
      const { exitCode, stderr } = await program.portolan(['run', '--once', ...inputs, ...more]);
      if (exitCode !== 0) throw new Error(`portolan run --once ended with ${exitCode}: ${stderr}`);
    },
    doctor: async (more = []) => readReport(await program.portolan(doctor([...inputs, ...more]))),
    async doctorWithout(what) {
      // Nobody listens there.
      const noServer = ['--master', 'http://127.0.0.1:9', ...config];
      if (what === 'objects') return readReport(await program.portolan(doctor(noServer)));
      await chmod(folder, 0o755);
      const env = scriptEnvironment();
      const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
      const args = ['netns', 'exec', namespace, ...nobody, process.execPath, portolan, ...doctor(inputs)];
      const { exitCode, stdout, stderr } = await execa('ip', args, { env, reject: false });
      return readReport({ exitCode, stdout, stderr });
    },
  };
}

function doctor(args: readonly string[]): readonly string[] {
  return ['doctor', ...args, '--output', 'json'];
}

function readReport({ exitCode, stdout, stderr }: Finished): DoctorRun {
  if (!stdout.startsWith('{')) throw new Error(`doctor wrote no report: ${stderr}`);
  return { status: exitCode, report: JSON.parse(stdout), stderr };
}

const objectsFile = (folder: string) => join(folder, 'objects.json');
const configFile = (folder: string) => join(folder, 'config.json');
const portolan = fileURLToPath(new URL('../../../../src/cli/main.ts', import.meta.url));
