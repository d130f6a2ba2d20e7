import { hostname } from 'node:os';
import pc from 'picocolors';
import { loadConfig } from '../config/load-config.ts';
import { nodeName } from '../config/node-name.ts';
import type { ProxyConfig } from '../config/proxy-config.ts';
import { liveDrift } from '../diff/rules/live-drift.ts';
import { observeMachine } from '../kernel/node/observe/observe-machine.ts';
import { liveView } from '../kernel/open-live-view.ts';
import { type Family, families } from '../net/family.ts';
import { type ExitStatus, exitStatus, UserError } from '../program/exit-status.ts';
import type { IptablesVariant } from '../rules-text/iptables/variants.ts';
import type { CommonOptions } from '../sources/open-source.ts';
import type { ServiceKey } from '../state/records.ts';
import type { Severity } from './check.ts';
import { allChecks, selectChecks } from './checks.ts';
import type { NodePortRange } from './cluster/sockets/node-port-range.ts';
import type { DoctorContext } from './doctor-check.ts';
import { examine } from './examine.ts';
import { formatReport } from './format-report.ts';
import { objectsOf } from './load-objects.ts';

export interface DoctorOptions extends CommonOptions {
  readonly output: 'text' | 'json';
  readonly family: Family | undefined;
  readonly variant: IptablesVariant | undefined;
  readonly color: boolean;
  /** Names of checks; all checks where empty. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** `namespace/name` of the Service to examine. */
  readonly service: string | undefined;
  readonly nodePortRange: NodePortRange;
}

/** Checks the node without changing it. The exit status is that of the worst finding. */
export async function doctor(options: DoctorOptions): Promise<ExitStatus> {
  const checks = checksFor(options);
  const { config } = await loadConfig(options.flags);
  const report = await examine(checks, await contextOf(options, config));
  process.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify(report, null, 2)}\n`
      : formatReport(report, pc.createColors(options.color), process.stdout.columns),
  );
  return statusFor[report.worst];
}

const statusFor: Readonly<Record<Severity, ExitStatus>> = {
  ok: exitStatus.ok,
  unknown: exitStatus.ok,
  warning: exitStatus.incomplete,
  fault: exitStatus.failed,
};

function checksFor(options: DoctorOptions) {
  try {
    return selectChecks(allChecks, options);
  } catch (error) {
    throw error instanceof RangeError ? new UserError(error.message) : error;
  }
}

async function contextOf(options: DoctorOptions, config: ProxyConfig): Promise<DoctorContext> {
  const { family, variant, service, nodePortRange } = options;
  const wanted = family === undefined ? families : [family];
  return {
    config,
    nodeName: nodeName(config, hostname()),
    families: wanted,
    objects: await objectsOf(options, config),
    service: service as ServiceKey | undefined,
    nodePortRange,
    machine: observeMachine(),
    live: liveView(),
    drift: (loaded) => liveDrift(loaded, config, { family, variant }),
  };
}
