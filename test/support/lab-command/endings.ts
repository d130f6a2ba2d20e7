/** How labs end, by shell scripts that start one with `$UP` and end it, some of them half-way. */
export const endings: readonly (readonly [title: string, script: string])[] = [
  ['by lab down', '$UP && portolan lab down'],
  ['whose process is killed', `$UP && kill -9 $(pgrep -f 'main.js la[b] serve')`],
  ['whose first process is killed', '$UP && kill -9 $(pgrep -x unshare)'],
  ['one of whose proxies is killed', `$UP && { kill -9 $(pgrep -nf 'main.js ru[n]'); portolan lab down; }`],
  [
    'whose process is killed while it starts',
    `$UP 2>&1 | { read line; kill -9 $(pgrep -f 'main.js la[b] serve'); cat; }`,
  ],
  [
    'whose command is killed while it starts',
    `$UP 2>&1 | { read line; kill -9 $(pgrep -f 'main.js la[b] up'); cat; }`,
  ],
  [
    'whose process is killed while it is ended',
    `$UP && { portolan lab down & kill -9 $(pgrep -f 'main.js la[b] serve'); wait; }`,
  ],
];
