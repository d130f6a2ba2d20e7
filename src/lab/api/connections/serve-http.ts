import type http from 'node:http';
import { YAMLException } from 'js-yaml';
import { patchTypes } from '../patch/patch-object.ts';
import { badRequest, failure, type Status, unauthorized } from '../store/refusal.ts';
import { answerJson, type Connection, type ServerRequest } from './connection.ts';
import { HttpConnection } from './http-connection.ts';
import { parseBody } from './parse-body.ts';

export type Handler = (request: ServerRequest, connection: Connection) => void;

/** Reads a request from HTTP and hands it over, if who asks may ask; answers itself what cannot be read. */
export async function serveHttp(
  handler: Handler,
  isAllowed: (request: http.IncomingMessage) => boolean,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const connection = new HttpConnection(request, response);
  const refuse = (status: Status) => answerJson(connection, status.code, status);
  if (!isAllowed(request)) return refuse(unauthorized());
  const method = request.method ?? 'GET';
  const { accept = '', 'content-type': contentType = 'application/json' } = request.headers;
  if (method === 'PATCH' && !patchTypes.has(contentType.split(';')[0] ?? ''))
    return refuse(failure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format'));
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = parseBody(await bytesOf(request), contentType);
    const query = Object.fromEntries(searchParams);
    handler(
      { method, path: pathname.replace(/(?<=.)\/$/, ''), query, body, accept, contentType },
      connection,
    );
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof YAMLException)) throw error;
    refuse(badRequest(`error decoding: ${error.message}`));
  }
}

async function bytesOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
