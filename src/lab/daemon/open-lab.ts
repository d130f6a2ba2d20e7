import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { bindSetUpLink } from '../../kernel/netlink/route/set-up-link.ts';
import { bindSocketOpener } from '../../kernel/open-socket.ts';
import type { Family } from '../../net/family.ts';
import { ownCommands } from '../../program/own-commands.ts';
import { createStore } from '../api/create-store.ts';
import { startApiServer } from '../api/start-api-server.ts';
import { chooseVersion } from '../cni/choose-version.ts';
import { startControllers } from '../controllers/start-controllers.ts';
import type { LabFolder } from '../folder/lab-folder.ts';
import type { LabSpec } from '../lab-spec.ts';
import { clusterCidrs, hostNumbers, underlayAddress } from '../network/lab-addresses.ts';
import { createUnderlay } from '../network/underlay.ts';
import { bindNamespaces } from '../runtime/namespaces.ts';
import { dnsServers } from './dns-objects.ts';
import { type LabContext, pluginPath, runtimeFolder } from './lab-context.ts';
import { labKubeconfig } from './lab-kubeconfig.ts';
import { type OutsideListeners, openOutside } from './outside-listeners.ts';

/** The parts of a lab that are there before its first node: the API server with its controllers, and the switch. */
export interface OpenLab {
  readonly context: LabContext;
  readonly outside: OutsideListeners;
}

/** From then on this thread is in the network namespace of the lab's switch, and not in the machine's. */
export async function openLab(spec: LabSpec, folder: LabFolder): Promise<OpenLab> {
  const log = (line: string) =>
    appendFileSync(`${folder.logs}/lab.log`, `${new Date().toISOString()} ${line}\n`);
  const [namespaces, opener, setUpLink, outside] = await Promise.all([
    bindNamespaces(),
    bindSocketOpener(),
    bindSetUpLink(),
    openOutside(folder.socket),
  ]);
  namespaces.leaveNetwork();
  const store = createStore({ families: spec.families, serviceCIDRs: spec.serviceCidrs });
  startControllers({
    store,
    podCIDRs: pick(clusterCidrs, spec.families),
    onError: (controller, error) => log(`${controller}: ${error instanceof Error ? error.stack : error}`),
  });
  const underlay = await createUnderlay(spec.families, namespaces);
  makeRuntimeFolder();
  const [kubeconfig, cniVersion] = await Promise.all([
    serveApi({ spec, folder, store, outside }),
    chooseVersion(spec.cni, pluginPath, namespaces),
  ]);
  const context: LabContext = {
    spec,
    folder,
    store,
    underlay,
    namespaces,
    opener,
    setUpLoopback: () => setUpLink('lo'),
    dns: { servers: dnsServers(spec), domain: 'cluster.local' },
    cniVersion,
    kubeconfig,
    log,
  };
  return { context, outside };
}

/** The executable of a plugin is called like its type (CNI specification 1.1, section 2). */
function makeRuntimeFolder(): void {
  mkdirSync(`${runtimeFolder}/cni/bin`, { recursive: true });
  symlinkSync(ownCommands.cni, `${runtimeFolder}/cni/bin/portolan`);
}

/** Returns the kubeconfig that programs in the lab use. */
async function serveApi({
  spec,
  folder,
  store,
  outside,
}: Pick<LabContext, 'spec' | 'folder' | 'store'> & { readonly outside: OutsideListeners }): Promise<string> {
  // Other users of the machine reach 127.0.0.1, too.
  const token = randomBytes(16).toString('hex');
  const server = startApiServer({ store, token });
  await server.listen(outside.api);
  const [family = 'IPv4'] = spec.families;
  const host = underlayAddress(family, hostNumbers.switch);
  const port = await server.listen({ host, port: apiPort });
  const inside = `${runtimeFolder}/kubeconfig`;
  const shown = host.includes(':') ? `[${host}]` : host;
  writeFileSync(inside, labKubeconfig(folder.name, `${shown}:${port}`, token), { mode: 0o600 });
  const forUser = labKubeconfig(`lab-${folder.name}`, `127.0.0.1:${outside.apiPort}`, token);
  writeFileSync(folder.kubeconfig, forUser, { mode: 0o600 });
  return inside;
}

const apiPort = 6443;

function pick<T>(
  values: Readonly<Record<Family, T>>,
  families: readonly Family[],
): Partial<Record<Family, T>> {
  return Object.fromEntries(families.map((family) => [family, values[family]]));
}
