const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `5m12s`: how long ago, as kubectl shows it (apimachinery, util/duration); `<unknown>` where there is no time. */
export function ageSince(time: string | undefined): string {
  const passed = Date.now() - Date.parse(time ?? '');
  return Number.isNaN(passed) ? '<unknown>' : humanDuration(Math.max(0, passed));
}

function humanDuration(passed: number): string {
  const seconds = Math.floor(passed / second);
  if (passed < 2 * minute) return `${seconds}s`;
  if (passed < 10 * minute) return both(passed, minute, 'm', second, 's');
  if (passed < 3 * hour) return `${Math.floor(passed / minute)}m`;
  if (passed < 8 * hour) return both(passed, hour, 'h', minute, 'm');
  if (passed < 2 * day) return `${Math.floor(passed / hour)}h`;
  if (passed < 8 * day) return both(passed, day, 'd', hour, 'h');
  if (passed < 2 * 365 * day) return `${Math.floor(passed / day)}d`;
  if (passed < 8 * 365 * day) return both(passed, 365 * day, 'y', day, 'd');
  return `${Math.floor(passed / (365 * day))}y`;
}

/** The smaller unit is left out where there is none of it. */
function both(passed: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((passed % large) / small);
  const first = `${Math.floor(passed / large)}${largeUnit}`;
  return rest === 0 ? first : `${first}${rest}${smallUnit}`;
}
