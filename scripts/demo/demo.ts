import { serviceRules } from './kernel-rules.ts';
import { inLab, lab, webPods } from './lab.ts';
import { sendRequests } from './requests.ts';
import { heading, note, showRules, showSpread } from './show.ts';

const requestCount = 300;

/** Plays the demo: a lab, in the namespaces of this process. The exit code is 0 when all went as it should. */
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
  heading('portolan lab up --nodes 2 --pods 2');
  await lab('up', '--nodes', '2', '--pods', '2');
  note(await lab('status'));

  heading('The name of the Service, asked of portolan dns from a pod');
  note(await inLab('web', ['getent', 'ahosts', 'web']));
  heading('Its rules on node-1, written by portolan run (comments left out)');
  showRules(await serviceRules('node-1', 'default/web:http'));
  await askEverywhere(await webPods());

  await leave();
  await askEverywhere(await webPods());

  heading('portolan lab down');
  await lab('down');
  note('Nothing is left of it.');
}

/** A pod leaves while clients go on asking. */
async function leave(): Promise<void> {
  const before = await webPods();
  heading('A pod leaves, and requests go on');
  const [tally] = await Promise.all([
    sendRequests('client', 'http://web/', requestCount),
    lab('scale', 'web', String(before.length - 1)),
  ]);
  const after = await webPods();
  note(`${before.filter((name) => !after.includes(name)).join(', ')} has left.`);
  report(tally.errors);
  showRules(
    (await serviceRules('node-1', 'default/web:http')).filter(({ chain }) => chain.startsWith('KUBE-SVC-')),
  );
}

async function askEverywhere(pods: readonly string[]): Promise<void> {
  heading(`${requestCount} requests from a pod to http://web`);
  await ask('web', pods);
  heading(`${requestCount} requests from outside, by the load balancer`);
  await ask('client', pods);
}

async function ask(place: string, pods: readonly string[]): Promise<void> {
  const { answers, errors } = await sendRequests(place, 'http://web/', requestCount);
  showSpread(pods, answers, requestCount);
  report(errors);
  const silent = pods.filter((pod) => answers[pod] === undefined);
  if (silent.length > 0) throw new Error(`no request reached ${silent.join(', ')}`);
  const unexpected = Object.keys(answers).filter((name) => !pods.includes(name));
  if (unexpected.length > 0) throw new Error(`requests reached ${unexpected.join(', ')}`);
}

function report(errors: readonly string[]): void {
  note(`${requestCount - errors.length} answered, ${errors.length} errors`);
  if (errors.length > 0) throw new Error(`${errors.length} of ${requestCount} requests failed: ${errors[0]}`);
}
