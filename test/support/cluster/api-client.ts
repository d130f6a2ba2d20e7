import { readFileSync } from 'node:fs';
import https from 'node:https';
import { text } from 'node:stream/consumers';

/** Where the API server is reached: a unix socket is a file, and so in every network namespace the same. */
export type ApiAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface ApiClientOptions {
  readonly address: ApiAddress;
  /** The file with the certificate of the server's authority. */
  readonly authority: string;
  readonly token: string;
}

export type PatchType = 'json' | 'merge';

/** An object as the API has it. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** Asks an API server as its tests do, over connections that stay open. Each method throws where the answer is no success. */
export class ApiClient {
  readonly #options: https.RequestOptions;

  constructor({ address, authority, token }: ApiClientOptions) {
    this.#options = {
      ...address,
      agent: new https.Agent({ keepAlive: true, maxSockets: 16 }),
      ca: readFileSync(authority),
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      // The server is checked by this name whatever way leads to it.
      servername: '',
      checkServerIdentity: () => undefined,
    };
  }

  get<T>(path: string): Promise<T> {
    return this.#ask('GET', path).then((answer) => JSON.parse(answer));
  }

  /** An answer that is no object: `/metrics`, `/readyz`. */
  getText(path: string): Promise<string> {
    return this.#ask('GET', path);
  }

  async create(...objects: readonly ApiObject[]): Promise<void> {
    for (const object of objects) await this.post(collectionPath(object), object);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#ask('POST', path, body).then((answer) => JSON.parse(answer));
  }

  async patch(path: string, body: unknown, type: PatchType = 'merge'): Promise<void> {
    await this.#ask('PATCH', path, body, type === 'merge' ? mergePatch : jsonPatch);
  }

  async remove(...paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#ask('DELETE', path);
  }

  async #ask(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<string> {
    const headers = {
      ...this.#options.headers,
      ...(body === undefined ? {} : { 'Content-Type': contentType }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const request = https.request({ ...this.#options, headers, method, path }, (response) => {
      const status = response.statusCode ?? 0;
      text(response).then((answer) => {
        if (status >= 200 && status < 300) resolve(answer);
        else reject(new Error(`${method} ${path}: ${status} ${answer.slice(0, 500)}`));
      }, reject);
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}

const mergePatch = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';

/** Where an object is found. */
export function objectPath(object: ApiObject): string {
  return `${collectionPath(object)}/${object.metadata.name}`;
}

function collectionPath({ apiVersion, kind, metadata: { namespace } }: ApiObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${group}${scope}/${kind.toLowerCase()}s`;
}
