import { readFileSync } from 'node:fs';
import type { Family } from '../../net/family.ts';
import { networkKinds } from '../../pod-network/network-options.ts';
import { UserError } from '../../program/exit-status.ts';
import { formatProblem } from '../../state/problem.ts';
import type { ApiObject } from '../api/store/api-object.ts';
import { readObjects } from '../from-file/read-objects.ts';
import { type Rebuilt, rebuildInSmall } from '../from-file/rebuild-in-small.ts';
import { cniChoices, familyChoices, type LabSpec, proxyModes } from '../lab-spec.ts';
import { serviceCidrs } from '../network/lab-addresses.ts';

/** What of a lab can be chosen. */
export interface LabChoices extends Partial<Omit<LabSpec, 'objects' | 'families' | 'serviceCidrs'>> {
  readonly family?: keyof typeof familyChoices;
  /** A file of objects. */
  readonly from?: string;
}

/** With what is not chosen as it is by default. Throws a `UserError` where the file cannot be read. `warn` hears what of it is left out. */
export function labSpec(choices: LabChoices, warn: (line: string) => void): LabSpec {
  const { nodes = 3, from } = choices;
  const { objects, network } = from === undefined ? noFile : fileOf(from, nodes, warn);
  const hasPods = objects.some(({ kind }) => isWorkload.has(String(kind)));
  return {
    nodes,
    pods: choices.pods ?? (hasPods ? 0 : 4),
    network: choices.network ?? networkKinds[0],
    cni: choices.cni ?? cniChoices[0],
    mode: choices.mode ?? proxyModes[0],
    families: familiesOf(choices, network),
    serviceCidrs: { ...serviceCidrs, ...network.serviceCIDRs },
    zones: choices.zones ?? [],
    objects,
  };
}

const isWorkload: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
]);

type FromFile = Pick<Rebuilt, 'objects' | 'network'>;

const noFile: FromFile = { objects: [], network: { families: [], serviceCIDRs: {} } };

/** Those of the file's Services, where nobody chooses. */
function familiesOf({ family }: LabChoices, { families }: FromFile['network']): readonly Family[] {
  if (family === undefined && families.length > 0) return families;
  return familyChoices[family ?? 'ipv4'];
}

function fileOf(file: string, nodes: number, warn: (line: string) => void): FromFile {
  const { found, problems } = readObjects(readText(file), file);
  const rebuilt = rebuildInSmall(found, { podsOfWorkload: 4, nodes });
  for (const problem of [...problems, ...rebuilt.problems]) warn(formatProblem(problem));
  return rebuilt;
}

/** The objects of a file as they are. Throws a `UserError` where one cannot be read. */
export function readManifest(file: string): readonly ApiObject[] {
  const { found, problems } = readObjects(readText(file), file);
  if (problems.length > 0) throw new UserError(problems.map(formatProblem).join('\n'));
  return found.map(({ object }) => object);
}

/** `-` is the standard input. */
function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
