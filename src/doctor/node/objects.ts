import { formatProblem, type Problem } from '../../state/problem.ts';
import type { Finding } from '../check.ts';
import { count } from '../cluster/few.ts';
import { defineCheck, type Objects } from '../doctor-check.ts';

interface Observed {
  readonly objects: Objects;
  readonly nodeName: string;
}

/** Whether there are objects to compare the node with. Other checks run in any case. */
export const objects = defineCheck<Observed>({
  check: 'objects',
  title: 'Objects of the cluster',
  observe: async ({ objects, nodeName }) => ({ objects, nodeName }),
  judge: judgeObjects,
});

export function judgeObjects({ objects, nodeName }: Observed): readonly Finding[] {
  if ('notAsked' in objects)
    return [
      {
        severity: 'unknown',
        looked: 'the options',
        finding: 'no source is named, so nothing is compared with the objects',
        next: 'name the API server (--kubeconfig) or files (--source)',
      },
    ];
  if ('missing' in objects)
    return [
      {
        severity: 'fault',
        looked: 'the source of the objects',
        finding: `the objects cannot be read: ${objects.missing}`,
        next: objects.next,
      },
    ];
  const { state, problems } = objects.loaded;
  const looked = count(state.services.size, 'Service');
  return [
    state.node === undefined
      ? {
          severity: 'warning',
          looked: `${looked}, Node ${nodeName}`,
          finding: `there is no Node ${nodeName}: its addresses, zone and pod CIDRs are not known`,
          next: 'kubectl get nodes, and name this one with --hostname-override',
        }
      : {
          severity: 'ok',
          looked: `${looked}, Node ${nodeName}`,
          finding: `${looked} and Node ${nodeName} read`,
        },
    ...state.gaps.map(gapFinding),
    ...[...problems].slice(0, shown).map(problemFinding),
    ...(problems.length > shown ? [moreProblems(problems.length - shown)] : []),
  ];
}

/** The number of problems to list: a cluster may have hundreds of one kind. */
const shown = 10;

function problemFinding(problem: Problem): Finding {
  return {
    severity: 'warning',
    looked: problem.object,
    finding: formatProblem(problem),
    next: 'mend the object: what is wrong in it is left out of the rules',
  };
}

function gapFinding(gap: Problem): Finding {
  return {
    severity: 'warning',
    looked: gap.object,
    finding: formatProblem(gap),
    next: 'see whether --source names the right path, and mend what cannot be read',
  };
}

function moreProblems(more: number): Finding {
  return {
    severity: 'warning',
    looked: 'the other objects',
    finding: `${count(more, 'more problem')} of objects`,
    next: 'portolan render prints all on standard error',
  };
}
