import type { Command } from 'commander';
import type { Finish } from './common-options.ts';
import { addLabChanges } from './lab/changes.ts';
import { addLabEntering } from './lab/entering.ts';
import { addLabLife } from './lab/life.ts';
import { addLabViews } from './lab/views.ts';

/** `portolan lab`, with its subcommands. */
export function addLab(program: Command, finish: Finish): void {
  const lab = program
    .command('lab')
    .description('a cluster of network namespaces on this machine, with or without root')
    .addHelpText(
      'after',
      `
Pods, nodes, a client and a load balancer are network namespaces with real links between them. Every node runs
"portolan run"; the servers in the pods say who they are and whom they see. Nothing of the machine is changed, and
nothing is left when the lab ends, whatever ends it. Without root it needs user namespaces.

Examples:
  portolan lab up                                three nodes with four pods each, and a Service in front of them
  portolan lab exec web -- curl -s http://web    from one pod to another, by the Service
  portolan lab exec client -- curl -s http://web from outside of the cluster
  portolan lab shell node-1                      look at the rules and routes of a node
  portolan lab up --name two --mode nftables --from objects.yaml
  KUBECONFIG=$(portolan lab kubeconfig) kubectl get pods -o wide
  portolan lab down --all`,
    );
  addLabLife(lab, finish);
  addLabViews(lab, finish);
  addLabEntering(lab);
  addLabChanges(lab, finish);
}
