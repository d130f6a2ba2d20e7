import { UserError } from '../../program/exit-status.ts';
import type { LabRequest, LabResult } from '../control/messages.ts';
import { readStatus } from '../status/read-status.ts';
import { applyObjects, deleteObjects } from './apply-objects.ts';
import { findTarget } from './find-target.ts';
import type { Lab } from './lab.ts';
import { settlePods, within } from './settle.ts';
import { untilServed } from './until-served.ts';

/** Does what a command asks for. Throws a `UserError` with a sentence for people. */
export async function answerRequest(request: LabRequest, lab: Lab): Promise<LabResult> {
  const { context, nodes, hosts } = lab;
  const { store } = context;
  switch (request.ask) {
    case 'status':
      return {
        kind: 'status',
        status: readStatus(
          context,
          nodes.all,
          hosts.map(({ host }) => host),
        ),
      };
    case 'find':
      return { kind: 'found', ...findTarget(request.target, lab) };
    case 'apply':
      return { kind: 'lines', lines: applyObjects(store, request.objects) };
    case 'delete':
      return { kind: 'lines', lines: deleteObjects(store, request.objects) };
    case 'scale': {
      const key = keyed(request.deployment);
      if (store.get('Deployment', key) === undefined) throw new UserError(`there is no Deployment ${key}`);
      store.modify('Deployment', key, (object) => ({
        ...object,
        spec: { ...object.spec, replicas: request.replicas },
      }));
      await settlePods(context);
      return nothing;
    }
    case 'kill': {
      const key = keyed(request.pod);
      if (store.get('Pod', key) === undefined) throw new UserError(`there is no Pod ${key}`);
      store.remove('Pod', key, { gracePeriodSeconds: 0 });
      return nothing;
    }
    case 'node':
      await changeNode(request, lab);
      return nothing;
  }
}

const nothing: LabResult = { kind: 'nothing' };

async function changeNode(
  { change, name }: Extract<LabRequest, { readonly ask: 'node' }>,
  { context, nodes }: Lab,
): Promise<void> {
  if (change === 'add') await nodes.add([name]);
  else if (name === undefined) throw new UserError(`lab node ${change} needs the name of a node`);
  else if (change === 'remove') await nodes.remove(name);
  else await nodes.reboot(name);
  await settlePods(context);
  await within(untilServed(context, nodes.all), () => 'not every node serves the Services');
}

/** Names without a namespace are of the namespace default. */
function keyed(name: string): string {
  return name.includes('/') ? name : `default/${name}`;
}
