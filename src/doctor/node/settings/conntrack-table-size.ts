import type { ConntrackCounters } from '../../../kernel/node/machine.ts';
import type { Finding } from '../../check.ts';
import { defineCheck } from '../../doctor-check.ts';
import { formatSetting, type Setting, setTo } from './settings.ts';

interface Observed {
  readonly counters: ConntrackCounters;
  readonly beLiberal: Setting;
  /** Whether the configuration asks for `tcpBeLiberal`. */
  readonly wantsLiberal: boolean;
}

/** How full the conntrack table is, and the packets that it has cost already. */
export const conntrack = defineCheck<Observed>({
  check: 'conntrack',
  title: 'Connection tracking',
  observe: async ({ machine, config }) => {
    const path = 'net/netfilter/nf_conntrack_tcp_be_liberal';
    return {
      counters: await machine.conntrack(),
      beLiberal: { path, value: await machine.setting(path) },
      wantsLiberal: config.conntrack.tcpBeLiberal,
    };
  },
  judge: judgeConntrack,
});

/** Shares of the table in use. Close to the limit, a burst of new connections is refused. */
const thresholds = { warning: 0.8, fault: 0.95 } as const;
/** Longer chains slow down every packet; the kernel's default is one entry per bucket. */
const mostEntriesPerBucket = 8;

const maximum = 'net/netfilter/nf_conntrack_max';

export function judgeConntrack({ counters, beLiberal, wantsLiberal }: Observed): readonly Finding[] {
  return [fullness(counters), ...buckets(counters), ...liberal(beLiberal, wantsLiberal)];
}

function fullness({ entries, max, drop, earlyDrop, insertFailed }: ConntrackCounters): Finding {
  const part = max === 0 ? 0 : entries / max;
  const looked = `${entries} of ${max} entries (nf_conntrack_count, nf_conntrack_max); since boot ${drop} packets dropped, ${earlyDrop} entries given up early, ${insertFailed} not inserted`;
  const next = `${setTo(maximum, max * 2)} (conntrack.maxPerCore and conntrack.min of the configuration set it at each start); conntrack -L shows whose they are`;
  if (part >= thresholds.fault)
    return {
      severity: 'fault',
      looked,
      finding: `the table of connections is full (${percent(part)}): packets of new connections are dropped, whatever the rules say`,
      next,
    };
  if (part >= thresholds.warning)
    return {
      severity: 'warning',
      looked,
      finding: `the table of connections is nearly full (${percent(part)})`,
      next,
    };
  // Two simultaneous connections with the same tuple cost a packet as well, and count as insert_failed.
  if (earlyDrop > 0 || drop > insertFailed)
    return {
      severity: 'warning',
      looked,
      finding: `the table of connections was full at some time since boot: ${drop} packets were dropped, and ${earlyDrop} entries given up early`,
      next,
    };
  return { severity: 'ok', looked, finding: `${percent(part)} of ${max} entries in use` };
}

function buckets({ max, buckets: count }: ConntrackCounters): readonly Finding[] {
  if (max === 0 || max <= count * mostEntriesPerBucket) return [];
  return [
    {
      severity: 'warning',
      looked: `nf_conntrack_buckets = ${count}, nf_conntrack_max = ${max}`,
      finding: `the table of connections may hold ${Math.round(max / count)} entries a bucket: the fuller it is, the longer every packet takes`,
      next: setTo('net/netfilter/nf_conntrack_buckets', max),
    },
  ];
}

function liberal(setting: Setting, wanted: boolean): readonly Finding[] {
  if (!wanted || setting.value !== 0) return [];
  return [
    {
      severity: 'warning',
      looked: `${formatSetting(setting)}, conntrack.tcpBeLiberal: true`,
      finding:
        'the configuration asks for tcpBeLiberal, but the kernel does not have it: the proxy could not set it, or does not run',
      next: setTo(setting.path, 1),
    },
  ];
}

function percent(part: number): string {
  return part > 0 && part < 0.01 ? 'less than 1%' : `${Math.floor(part * 100)}%`;
}
