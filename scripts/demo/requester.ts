import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Tally } from './requests.ts';

// Runs at the place that the requests come from, and prints a Tally. Arguments: the URL and the number of requests.
const [url = '', count] = process.argv.slice(2);
const atOnce = 10;
const timeout = 5_000;

const tally: Tally = { answers: {}, errors: [] };
let left = Number(count);
let hasBegun = false;
await Promise.all(Array.from({ length: atOnce }, sendInTurn));
process.stdout.write(JSON.stringify(tally));

async function sendInTurn(): Promise<void> {
  while (left > 0) {
    left -= 1;
    try {
      const name = await request();
      tally.answers[name] = (tally.answers[name] ?? 0) + 1;
      sayBegun();
    } catch (error) {
      tally.errors.push(String(error));
    }
  }
}

// The pods say who they are. Without an agent every request opens a connection, and the kernel chooses an endpoint for every connection.
function request(): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, signal: AbortSignal.timeout(timeout) }, (response) => {
      text(response).then((body) => resolve(podIn(body)), reject);
    }).on('error', reject);
  });
}

/** On standard error, once. */
function sayBegun(): void {
  if (!hasBegun) process.stderr.write('the first request is answered\n');
  hasBegun = true;
}

function podIn(body: string): string {
  const { pod }: { readonly pod?: unknown } = JSON.parse(body);
  return String(pod);
}
