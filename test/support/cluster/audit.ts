import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A request as the API server's audit log has it. */
export interface AuditedRequest {
  /** `list`, `watch`, `create` … */
  readonly verb: string;
  /** `services`; empty where no resource was asked for. */
  readonly resource: string;
  readonly query: Readonly<Record<string, string>>;
  readonly user: string;
  readonly userAgent: string;
  /** The HTTP status of its answer. */
  readonly status: number;
}

/** Flags by which the API server notes each request when it answers it. */
export async function auditFlags(folder: string): Promise<readonly string[]> {
  const policy = join(folder, 'audit-policy.json');
  await writeFile(policy, JSON.stringify(auditPolicy));
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${logPath(folder)}`];
}

/** The requests that were answered so far, in this order. */
export async function readAudit(folder: string): Promise<readonly AuditedRequest[]> {
  const lines = (await readFile(logPath(folder), 'utf8').catch(() => '')).split('\n');
  // A watch is answered when it starts. The last line may not be complete.
  const entries: AuditEntry[] = lines.slice(0, -1).map((line) => JSON.parse(line));
  return entries
    .filter(({ verb, stage }) => stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete'))
    .map(({ verb, objectRef, requestURI, user, userAgent, responseStatus }) => ({
      verb,
      resource: objectRef?.resource ?? '',
      query: Object.fromEntries(new URL(requestURI, 'http://server').searchParams),
      user: user.username,
      userAgent,
      status: responseStatus?.code ?? 0,
    }));
}

/**
 * Whether it asks for all objects of a kind: the first page of a list, or a watch that begins with them (KEP-3157). A list of
 * one object asks only whether the server has a version.
 */
export function isList({ verb, query }: AuditedRequest): boolean {
  if (verb === 'watch') return query.sendInitialEvents === 'true';
  return verb === 'list' && query.continue === undefined && query.limit !== '1';
}

interface AuditEntry {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent: string;
  readonly objectRef?: { readonly resource?: string };
  readonly responseStatus?: { readonly code?: number };
}

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [{ level: 'None', users: ['system:apiserver', 'admin'] }, { level: 'Metadata' }],
};

function logPath(folder: string): string {
  return join(folder, 'audit.log');
}
