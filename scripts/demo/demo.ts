import { endLab, inLab, type PodName, podsOf, startLab } from './lab.ts';
import { sendRequests } from './requests.ts';
import { heading, note, quote, showSpread } from './show.ts';

const requestCount = 300;
/** They go on for a second or more. */
const manyRequests = 6_000;
const url = 'http://web/';

/** Plays the demo in the namespaces of this process. The exit code is 0 when all went as it should. */
export async function demo(): Promise<number> {
  try {
    await play();
    return 0;
  } catch (error) {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function play(): Promise<void> {
  heading('portolan lab up: two nodes, two pods on each, and a Service in front of them');
  await startLab();
  quote(await inLab('status'));

  const pods = await podsOf('web');
  await showName();
  await askEverywhere(pods);
  await explain(pods);

  const staying = await removeLastPod(pods);
  await askEverywhere(staying);

  heading('portolan lab down');
  await endLab();
  note('Nothing of the lab is left.');
}

async function showName(): Promise<void> {
  heading('A pod asks for the name: portolan lab exec web -- getent hosts web');
  quote(await inLab('exec', 'web', '--', 'getent', 'hosts', 'web'));
}

async function askEverywhere(pods: readonly PodName[]): Promise<void> {
  heading(`${requestCount} requests from a pod, by that name`);
  await ask('web', pods);
  heading(`${requestCount} requests from outside, by the load balancer`);
  await ask('client', pods);
}

async function explain([first]: readonly PodName[]): Promise<void> {
  heading('On the node, portolan explain says what happens to such a packet, and why');
  const [address = ''] = (await inLab('exec', 'web', '--', 'getent', 'hosts', 'web')).split(' ');
  const packet = ['--from', first?.address ?? '', '--to', `${address}:80`];
  const words = 'exec node-1 -- portolan explain --live --proxy-mode nftables'.split(' ');
  const [question = '', answer = ''] = (await inLab(...words, ...packet)).split('\n\n');
  quote(`${question}\n\n${answer}`);
}

/** While a pod leaves, requests go on: its address goes from the rules before its server stops. */
async function removeLastPod(pods: readonly PodName[]): Promise<readonly PodName[]> {
  heading(`A pod leaves, during ${manyRequests} requests: portolan lab scale web ${pods.length - 1}`);
  const { begun, tally } = sendRequests('client', url, manyRequests);
  await begun;
  await inLab('scale', 'web', String(pods.length - 1));
  const { answers, errors } = await tally;
  showSpread(pods, answers, manyRequests);
  requireAll(errors, manyRequests);
  return await podsOf('web');
}

async function ask(from: string, pods: readonly PodName[]): Promise<void> {
  const { answers, errors } = await sendRequests(from, url, requestCount).tally;
  showSpread(pods, answers, requestCount);
  requireAll(errors, requestCount);
  const silent = pods.filter(({ name }) => answers[name] === undefined);
  if (silent.length > 0) throw new Error(`no request reached ${silent.map(({ name }) => name).join(', ')}`);
  const unexpected = Object.keys(answers).filter((name) => pods.every((pod) => pod.name !== name));
  if (unexpected.length > 0) throw new Error(`requests reached ${unexpected.join(', ')}`);
}

function requireAll(errors: readonly string[], count: number): void {
  note(`${count - errors.length} answered, ${errors.length} errors`);
  if (errors.length > 0) throw new Error(`${errors.length} of ${count} requests failed: ${errors[0]}`);
}
