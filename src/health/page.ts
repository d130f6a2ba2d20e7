import type { RequestListener, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** An HTTP response. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** What follows the text, in pieces: of megabytes, no more is made than the client takes. */
  readonly more?: Iterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The parts of a request that a page may depend on. */
export interface PageRequest {
  /** The header `Accept`; empty if absent. */
  readonly accept: string;
}

/** Makes the page for a request; an error becomes a response with status 500. */
export type PageMaker = (request: PageRequest) => Page | Promise<Page>;

/** Pages by path. A path that ends in a slash includes everything below it. */
export type Pages = Readonly<Record<string, PageMaker>>;

/** Serves the pages, and 404 elsewhere, as Go's servers do. */
export function serves(pages: Pages): RequestListener {
  const trees = Object.keys(pages).filter((path) => path.endsWith('/'));
  return servesAlways((request, path) => {
    const found = Object.hasOwn(pages, path) ? path : trees.find((tree) => path.startsWith(tree));
    return found === undefined ? notFound : (pages[found]?.(request) ?? notFound);
  });
}

/** Serves one page for all requests. */
export function servesAlways(
  page: (request: PageRequest, path: string) => Page | Promise<Page>,
): RequestListener {
  return async (request, response) => {
    // Not with a URL parser, which throws for what some clients send.
    const [path = '/'] = (request.url ?? '/').split('?');
    try {
      send(response, await page({ accept: request.headers.accept ?? '' }, path));
    } catch (error) {
      send(response, textPage(500, `${error instanceof Error ? error.message : error}\n`));
    }
  };
}

export function textPage(status: number, text: string): Page {
  return { status, type: 'text/plain; charset=utf-8', text };
}

export function jsonPage(status: number, text: string): Page {
  return { status, type: 'application/json', text };
}

const notFound = textPage(404, '404 page not found\n');

function send(response: ServerResponse, page: Page): void {
  const { status, type, text, more, headers } = page;
  const head = { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', ...headers };
  if (more === undefined) {
    response.writeHead(status, { ...head, 'Content-Length': Buffer.byteLength(text) }).end(text);
    return;
  }
  response.writeHead(status, head);
  // A client that has enough is no error.
  pipeline(Readable.from(paced(text, more)), response, () => {});
}

/** Other work may be done between pieces. */
async function* paced(text: string, more: Iterable<string>): AsyncIterable<string> {
  yield text;
  for (const piece of more) {
    yield piece;
    await setImmediate();
  }
}
