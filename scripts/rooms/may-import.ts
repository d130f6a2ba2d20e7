/**
 * Which room of `src/` may import which: itself, and those named. Each room stands below all that it may import, so there can be
 * no cycle of rooms. Whoever needs another line here asks first whether the code stands in the right room.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  program: [],
  net: [],
  state: ['net'],
  config: ['program', 'net', 'state'],
  plan: ['net', 'state', 'config'],
  'rules-text': ['net'],
  trace: ['net', 'rules-text'],
  backend: ['net', 'state', 'plan'],
  sync: ['net', 'state', 'plan', 'backend'],
  conntrack: ['net', 'state', 'plan', 'backend', 'sync'],
  iptables: ['net', 'state', 'config', 'plan', 'rules-text', 'backend'],
  nftables: ['net', 'state', 'config', 'plan', 'rules-text', 'backend', 'iptables'],
  kernel: [
    ...['program', 'net', 'state', 'config', 'plan', 'rules-text', 'trace', 'backend'],
    ...['conntrack', 'iptables', 'nftables'],
  ],
  sources: ['program', 'net', 'state', 'config', 'plan'],
  telemetry: [
    ...['program', 'net', 'state', 'config', 'plan', 'rules-text', 'backend', 'sync', 'conntrack'],
    ...['iptables', 'kernel', 'sources'],
  ],
  health: ['program', 'net', 'state', 'config', 'plan', 'backend', 'sync', 'kernel', 'telemetry'],
  render: ['program', 'net', 'state', 'config', 'plan', 'iptables', 'nftables', 'kernel', 'sources'],
  explain: [
    ...['program', 'net', 'state', 'config', 'plan', 'rules-text', 'trace'],
    ...['iptables', 'nftables', 'kernel', 'sources', 'render'],
  ],
  diff: [
    ...['program', 'net', 'state', 'config', 'plan', 'rules-text', 'trace', 'backend'],
    ...['iptables', 'nftables', 'kernel', 'sources', 'render'],
  ],
  doctor: [
    ...['program', 'net', 'state', 'config', 'plan', 'rules-text', 'trace'],
    ...['iptables', 'kernel', 'sources', 'explain', 'diff'],
  ],
  status: [
    ...[
      'program',
      'net',
      'state',
      'config',
      'plan',
      'rules-text',
      'backend',
      'nftables',
      'kernel',
      'sources',
      'telemetry',
      'render',
    ],
  ],
  'pod-network': [
    ...['program', 'net', 'state', 'config', 'backend', 'nftables', 'kernel', 'sources', 'telemetry'],
  ],
  proxy: [
    ...['program', 'net', 'state', 'config', 'plan', 'rules-text', 'backend', 'sync', 'conntrack'],
    ...['iptables', 'nftables', 'kernel', 'sources', 'telemetry', 'health', 'status'],
  ],
  cni: ['program', 'net', 'config', 'kernel'],
  dns: ['program', 'net', 'state', 'config', 'sources', 'telemetry', 'health'],
  lab: [
    ...['program', 'net', 'state', 'config', 'kernel', 'sources', 'status', 'nftables'],
    ...['pod-network'],
  ],
  cli: [
    ...['program', 'net', 'config', 'sources', 'render', 'explain', 'diff', 'doctor', 'status'],
    ...['pod-network', 'dns', 'lab', 'proxy'],
  ],
};
