/** A metric as it was scraped. */
export interface Scraped {
  readonly type: string;
  readonly labels: ReadonlySet<string>;
  /** Upper bounds of a histogram, `+Inf` included; empty for others. */
  readonly buckets: ReadonlySet<string>;
}

/** Reads Prometheus' text format: what each metric is, as far as its samples show it. */
export function readMetrics(text: string): ReadonlyMap<string, Scraped> {
  const metrics = new Map<string, { type: string; labels: Set<string>; buckets: Set<string> }>();
  for (const line of text.split('\n')) {
    const [, declared, type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (declared !== undefined) metrics.set(declared, { type, labels: new Set(), buckets: new Set() });
    const [, name = '', labels = ''] = /^([a-z]\w*)(?:\{(.*)\})? \S+$/i.exec(line) ?? [];
    const metric = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      if (label === 'le') metric?.buckets.add(value);
      else metric?.labels.add(label);
    }
  }
  return metrics;
}

/** The value of one sample, named as it stands in the text: `name{label="value"}`; `undefined` where there is none. */
export function sample(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}
