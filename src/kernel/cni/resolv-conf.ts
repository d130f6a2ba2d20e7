import { readFileSync } from 'node:fs';

/** What resolv.conf(5) says. */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly domain: string | undefined;
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Throws an `Error` where the file cannot be read. */
export function readResolvConf(path: string): ResolvConf {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !/^[#;]/.test(line))
    .map((line) => line.split(/\s+/));
  const of = (keyword: string) => lines.flatMap(([first, ...words]) => (first === keyword ? words : []));
  return {
    nameservers: of('nameserver'),
    domain: of('domain').at(-1),
    search: of('search'),
    options: of('options'),
  };
}
