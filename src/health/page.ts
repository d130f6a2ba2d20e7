import type { RequestListener, ServerResponse } from 'node:http';

/** What a server answers with. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a page may depend on. */
export interface PageRequest {
  /** The header `Accept`; empty where there is none. */
  readonly accept: string;
}

/** Makes the page for a request; whatever it throws is an answer with status 500. */
export type PageMaker = (request: PageRequest) => Page | Promise<Page>;

/** Pages by path. One that ends in a slash stands for all below it. */
export type Pages = Readonly<Record<string, PageMaker>>;

/** Answers with the pages, and elsewhere with 404, as Go's servers do. */
export function serves(pages: Pages): RequestListener {
  const trees = Object.keys(pages).filter((path) => path.endsWith('/'));
  return servesAlways((request, path) => {
    const found = Object.hasOwn(pages, path) ? path : trees.find((tree) => path.startsWith(tree));
    return found === undefined ? notFound : (pages[found]?.(request) ?? notFound);
  });
}

/** Answers every request with one page. */
export function servesAlways(
  page: (request: PageRequest, path: string) => Page | Promise<Page>,
): RequestListener {
  return async (request, response) => {
    // No URL parser: it throws at what some clients send.
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

function send(response: ServerResponse, { status, type, text, headers }: Page): void {
  response
    .writeHead(status, {
      'Content-Type': type,
      'X-Content-Type-Options': 'nosniff',
      ...headers,
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}
