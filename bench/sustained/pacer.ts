import { monotonic } from '../nftables/commits.ts';

// Prints the time at an even rate, as if events came from an API server: a process of its own is never late because
// the proxy is busy. Each line is the milliseconds of the machine's monotonic clock.
const [rate = '', seconds = ''] = process.argv.slice(2);
const count = Number(rate) * Number(seconds);
const started = monotonic();
let sent = 0;

/** Timers are late by up to a millisecond; what is due by then goes out together. */
function send(): void {
  for (; sent < count && due() <= monotonic(); sent++) process.stdout.write(`${monotonic()}\n`);
  if (sent < count) setTimeout(send, Math.max(0, due() - monotonic()));
}

function due(): number {
  return started + (sent * 1_000) / Number(rate);
}

send();
