import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { inNamespace } from '../lab/namespaces.ts';
import { type ApiAddress, ApiClient } from './api-client.ts';
import { type AuditedRequest, auditFlags, readAudit } from './audit.ts';
import { binaryPath } from './binaries.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { type Daemon, startDaemon } from './daemon.ts';

export interface ControlPlaneOptions extends ControlPlaneSettings {
  /** The network namespace of both programs; `undefined` for that of this process. */
  readonly namespace: string | undefined;
  /** An address in it, by which nodes reach the API server. */
  readonly address: string;
  /** A folder of its own, for its state, certificates and logs. */
  readonly folder: string;
  /** How this process reaches the API server. */
  readonly reachedBy: ApiAddress;
}

export interface ControlPlaneSettings {
  /** More flags of the API server, or other values of those that it has. */
  readonly flags?: readonly string[];
  readonly tokens?: Tokens;
}

/** Who may come by which bearer token. */
export type Tokens = Readonly<Record<string, { readonly user: string; readonly groups: readonly string[] }>>;

export const apiServerPort = 6443;

/** The services' networks. */
export const serviceCIDRs = ['10.96.0.0/12', 'fd00:10:96::/112'] as const;

/** A real etcd and a real kube-apiserver. Nothing else: no controllers, no scheduler. */
export class ControlPlane implements AsyncDisposable {
  readonly #options: ControlPlaneOptions;
  #settings: ControlPlaneSettings;
  readonly certificates: Certificates;
  /** Asks the API server as its administrator. */
  readonly api: ApiClient;
  #etcd: Daemon | undefined;
  #apiServer: Daemon | undefined;
  #backups = 0;

  private constructor(options: ControlPlaneOptions, certificates: Certificates) {
    this.#options = options;
    this.#settings = options;
    this.certificates = certificates;
    const { authority } = certificates;
    this.api = new ApiClient({ address: options.reachedBy, authority, token: adminToken });
  }

  /** Starts both; resolves when the API server is ready. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const addresses = ['127.0.0.1', options.address];
    const certificates = await makeCertificates(join(options.folder, 'certificates'), addresses);
    const plane = new ControlPlane(options, certificates);
    try {
      await plane.#startEtcd();
      await plane.startApiServer();
    } catch (error) {
      await plane[Symbol.asyncDispose]();
      throw error;
    }
    return plane;
  }

  /** Starts it after it was killed, with other settings where some are given. Resolves when it is ready. */
  async startApiServer(settings = this.#settings): Promise<void> {
    this.#settings = settings;
    const { tokens = {}, flags = [] } = settings;
    const { folder } = this.#options;
    await writeFile(this.#path('tokens.csv'), formatTokens({ ...tokens, [adminToken]: admin }));
    const usual = this.#flags().filter((flag) => !flags.some((other) => nameOf(other) === nameOf(flag)));
    const all = [...usual, ...(await auditFlags(folder)), ...flags];
    this.#apiServer = await this.#start('kube-apiserver', all);
    await this.#ready(this.#apiServer, async () => {
      await this.api.getText('/readyz');
      // Made by a hook that readiness does not wait for.
      await this.api.getText('/api/v1/namespaces/default');
    });
  }

  /** As a crash would. */
  async killApiServer(): Promise<void> {
    await this.#apiServer?.end('SIGKILL');
    this.#apiServer = undefined;
  }

  /** Forgets all that is older than the present state. */
  async compactEtcd(): Promise<void> {
    const status = await this.#askEtcd('maintenance/status', {});
    const { header } = JSON.parse(status);
    await this.#askEtcd('kv/compaction', { revision: header.revision, physical: true });
  }

  /** A copy of what etcd has stored, such as remains of it after a crash. */
  async backUpEtcd(): Promise<string> {
    const backup = this.#path(`backup-${this.#backups++}`);
    this.#etcd?.pause();
    try {
      await cp(this.#path('etcd'), backup, { recursive: true });
    } finally {
      this.#etcd?.resume();
    }
    return backup;
  }

  /** Puts a backup in the place of what etcd has stored since. To be called while no API server runs. */
  async restoreEtcd(backup: string): Promise<void> {
    await this.#etcd?.end('SIGKILL');
    await rm(this.#path('etcd'), { recursive: true });
    await cp(backup, this.#path('etcd'), { recursive: true });
    await this.#startEtcd();
  }

  /** What was asked of the API server since its first start, by others than itself and the administrator. */
  requests(): Promise<readonly AuditedRequest[]> {
    return readAudit(this.#options.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killApiServer();
    await this.#etcd?.end('SIGKILL');
  }

  async #startEtcd(): Promise<void> {
    const flags = ['--data-dir', this.#path('etcd'), '--unsafe-no-fsync'];
    this.#etcd = await this.#start('etcd', [...flags, '--quota-backend-bytes', '4294967296']);
    await this.#ready(this.#etcd, () => this.#askEtcd('maintenance/status', {}));
  }

  #start(name: 'etcd' | 'kube-apiserver', flags: readonly string[]): Promise<Daemon> {
    const { namespace } = this.#options;
    return startDaemon(binaryPath(name), flags, { namespace, log: this.#path(`${name}.log`) });
  }

  async #ready(daemon: Daemon, ask: () => Promise<unknown>): Promise<void> {
    const deadline = AbortSignal.timeout(patience);
    for (;;) {
      const failure = await ask().then(() => undefined, String);
      if (failure === undefined) return;
      await daemon.assertRunning();
      if (deadline.aborted) throw new Error(`not ready after ${patience / 1000} s: ${failure}`);
      await delay(pollInterval);
    }
  }

  /** etcd's own API, as JSON. No program for it is among the binaries. */
  async #askEtcd(path: string, body: object): Promise<string> {
    const { namespace } = this.#options;
    const entered = namespace === undefined ? [] : inNamespace(namespace);
    const [command = '', ...args] = [...entered, process.execPath, '--eval', postToEtcd];
    const { stdout } = await execa(command, [...args, path, JSON.stringify(body)]);
    return stdout;
  }

  #flags(): readonly string[] {
    const { address } = this.#options;
    const { authority, server } = this.certificates;
    return [
      '--etcd-servers=http://127.0.0.1:2379',
      `--secure-port=${apiServerPort}`,
      `--advertise-address=${address}`,
      `--service-cluster-ip-range=${serviceCIDRs.join(',')}`,
      `--cert-dir=${this.#path('certificates')}`,
      `--tls-cert-file=${server.certificate}`,
      `--tls-private-key-file=${server.key}`,
      `--client-ca-file=${authority}`,
      `--token-auth-file=${this.#path('tokens.csv')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${server.key}`,
      `--service-account-key-file=${server.certificate}`,
      '--authorization-mode=AlwaysAllow',
      '--allow-privileged=true',
      '--max-requests-inflight=0',
      '--max-mutating-requests-inflight=0',
      '--enable-priority-and-fairness=false',
    ];
  }

  #path(name: string): string {
    return join(this.#options.folder, name);
  }
}

/** Of a user who may do everything. */
export const adminToken = 'administrator';
const admin = { user: 'admin', groups: ['system:masters'] };

/** Milliseconds that a busy machine may take for a start, and between two questions whether it is done. */
const patience = 90_000;
const pollInterval = 50;

/** A list that is given twice has the values of both. */
function nameOf(flag: string): string | undefined {
  return flag.split('=')[0];
}

function formatTokens(tokens: Tokens): string {
  const lines = Object.entries(tokens).map(
    ([token, { user, groups }]) => `${token},${user},${user},"${groups.join(',')}"\n`,
  );
  return lines.join('');
}

/** Its arguments: a path below etcd's API, and a body. */
const postToEtcd = `
  const [path, body] = process.argv.slice(1);
  const response = await fetch('http://127.0.0.1:2379/v3/' + path, { method: 'POST', body });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  process.stdout.write(answer);
`;
