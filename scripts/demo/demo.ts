import { serviceRules, waitForEndpoints } from './kernel-rules.ts';
import { buildNetwork, type Place } from './network.ts';
import { type Servers, startPods } from './pods.ts';
import { cleanUp, type RunningProxy, startProxy } from './proxy.ts';
import { sendRequests } from './requests.ts';
import { copyShop, endpointOf, type Pod, readShop, removeEndpoint, type Shop } from './shop.ts';
import { heading, note, showObjects, showRules, showSpread } from './show.ts';

const requestCount = 300;

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
  heading('A node, a client outside the cluster, and pods with HTTP servers');
  const folder = await copyShop();
  const shop = await readShop(folder);
  await buildNetwork(shop);
  const servers = await startPods(shop.pods);
  showObjects(shop);

  heading('portolan run');
  const proxy = startProxy(folder);
  await inKernel(proxy, shop, shop.pods);
  note('The kernel has these rules for the Service (comments left out):');
  showRules(await serviceRules(shop));
  await askEverywhere(shop, shop.pods);

  const staying = await removeLastPod(folder, shop, proxy, servers);
  await askEverywhere(shop, staying);

  heading('portolan cleanup');
  await proxy.stop();
  await cleanUp();
  note('No rule of Portolan is left in the kernel.');
}

// As in a cluster: the endpoint goes first, and the server stops when no new connection can reach it.
async function removeLastPod(
  folder: string,
  shop: Shop,
  proxy: RunningProxy,
  servers: Servers,
): Promise<Pod[]> {
  const staying = shop.pods.slice(0, -1);
  const leaving = shop.pods.at(-1);
  if (leaving === undefined) throw new Error('fixtures/demo has no endpoints');
  heading(`${leaving.name} leaves`);
  const started = performance.now();
  await removeEndpoint(folder, leaving);
  await inKernel(proxy, shop, staying);
  note(`From the written EndpointSlice to the kernel: ${Math.round(performance.now() - started)} ms.`);
  showRules((await serviceRules(shop)).filter((rule) => rule.chain.startsWith('KUBE-SVC-')));
  await servers.stop(leaving);
  note('Its server has stopped.');
  return staying;
}

// A proxy that has ended will never write the rules: better its own words than a timeout.
async function inKernel(proxy: RunningProxy, shop: Shop, pods: readonly Pod[]): Promise<void> {
  await Promise.race([waitForEndpoints(shop, pods.map(endpointOf)), proxy.ended]);
}

async function askEverywhere(shop: Shop, pods: readonly Pod[]): Promise<void> {
  const clusterAddress = `${shop.clusterIP}:${shop.port}`;
  heading(`${requestCount} requests from a pod to the ClusterIP, ${clusterAddress}`);
  await ask('frontend', clusterAddress, pods);

  const nodeAddress = `${shop.nodeAddress}:${shop.nodePort}`;
  heading(`${requestCount} requests from outside to the node port, ${nodeAddress}`);
  await ask('client', nodeAddress, pods);
}

async function ask(from: Place, address: string, pods: readonly Pod[]): Promise<void> {
  const { answers, errors } = await sendRequests(from, `http://${address}/`, requestCount);
  showSpread(pods, answers, requestCount);
  note(`${requestCount - errors.length} answered, ${errors.length} errors`);
  if (errors.length > 0) throw new Error(`${errors.length} of ${requestCount} requests failed: ${errors[0]}`);
  const silent = pods.filter((pod) => answers[pod.name] === undefined);
  if (silent.length > 0) throw new Error(`no request reached ${silent.map((pod) => pod.name).join(', ')}`);
  const unexpected = Object.keys(answers).filter((name) => pods.every((pod) => pod.name !== name));
  if (unexpected.length > 0) throw new Error(`requests reached ${unexpected.join(', ')}`);
}
