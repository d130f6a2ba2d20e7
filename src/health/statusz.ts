import type { ZPage } from './z-page.ts';

/** The Kubernetes version whose kube-proxy this proxy replaces. */
const emulatedVersion = '1.36';

export interface RunningSince {
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly now: number;
  readonly version: string;
  /** The other paths of the server. */
  readonly paths: readonly string[];
}

/** The uptime and version of the proxy. Where kube-proxy has its Go version, this has that of Node.js. */
export function statusz({ started, now, version, paths }: RunningSince): ZPage {
  const uptimeSeconds = Math.floor((now - started) / 1000);
  const listed = [...paths].sort();
  return {
    kind: 'Statusz',
    text: `
Started:  ${unixDate(new Date(started))}
Up:  ${formatUptime(uptimeSeconds)}
Node.js version:  ${process.version}
Binary version:  ${version}
Emulation version:  ${emulatedVersion}
Paths:  ${listed.join(' ')}
`,
    fields: {
      startTime: `${new Date(started).toISOString().slice(0, 19)}Z`,
      uptimeSeconds,
      goVersion: `Node.js ${process.version}`,
      binaryVersion: version,
      emulationVersion: emulatedVersion,
      paths: listed,
    },
  };
}

/** `Sat Nov  7 03:16:58 UTC 2026` */
function unixDate(time: Date): string {
  const [weekday, day = '', month, year, clock] = time.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${clock} UTC ${year}`;
}

function formatUptime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} hr ${two(minutes % 60)} min ${two(seconds % 60)} sec`;
}
