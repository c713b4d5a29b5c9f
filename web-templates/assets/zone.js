// Days and hours of the page's time zone, which need not be the browser's.
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Formats and divides time in an IANA zone. */
export function zone(timeZone) {
  const format = (options) => new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...options });
  const parts = format({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  const day = format({ weekday: 'short', day: 'numeric' });
  const weekday = format({ weekday: 'short' });
  const clock = format({ hour: '2-digit', minute: '2-digit' });
  const full = format({ weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  const date = format({ weekday: 'short', month: 'short', day: 'numeric' });

  // What the wall clock shows, as if it were UTC.
  const wall = (ms) => {
    const of = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(of.year, of.month - 1, of.day, of.hour, of.minute, of.second);
  };
  // The second guess is right on both sides of a change to or from summer time.
  const instant = (shown) => {
    const guess = shown - (wall(shown) - shown);
    return shown - (wall(guess) - guess);
  };
  return {
    dayOf: (ms) => Math.floor(wall(ms) / DAY),
    startOf: (number) => instant(number * DAY),
    hourStart: (ms) => Math.floor(ms / HOUR) * HOUR,
    wall,
    // `Sat 14`; the formatter itself would write `14 Sat`.
    day: (ms) => day.formatToParts(ms).filter(({ type }) => type !== 'literal').sort((a) => (a.type === 'weekday' ? -1 : 1)).map(({ value }) => value).join(' '),
    weekday: (ms) => weekday.format(ms),
    clock: (ms) => clock.format(ms),
    full: (ms) => full.format(ms),
    date: (ms) => date.format(ms),
  };
}

/** Where a range that ends now begins, as the server has it: the last 24 hours, or a week from its first midnight. */
export function begin(range, time, now) {
  return range === '24h' ? now - DAY : time.startOf(time.dayOf(now) - 6);
}

/** The days that can be seen, each with its visible part. */
export function days(time, from, to) {
  const list = [];
  for (let number = time.dayOf(from); number <= time.dayOf(to - 1); number++) {
    const [start, end] = [time.startOf(number), time.startOf(number + 1)];
    list.push({ number, start, from: Math.max(start, from), to: Math.min(end, to) });
  }
  return list;
}

/** Where the time axis is labelled and how, for a plot of this width in px: as many labels as have room. */
export function ticks(time, from, to, width) {
  if (to - from > 2 * DAY) {
    const perDay = width / ((to - from) / DAY);
    const wide = perDay >= 52;
    const every = wide || perDay >= 30 ? 1 : 2;
    return days(time, from, to)
      .filter((day, index) => index % every === 0 && (day.to - day.from) / DAY * perDay >= (wide ? 44 : 26))
      .map((day) => {
        const at = (day.from + day.to) / 2;
        return [at, wide ? time.day(at) : time.weekday(at)];
      });
  }
  const step = [1, 2, 3, 4, 6, 12].find((hours) => width / ((to - from) / HOUR / hours) >= 52) ?? 12;
  const list = [];
  for (let at = time.hourStart(from) + HOUR; at < to; at += HOUR) {
    if (new Date(time.wall(at)).getUTCHours() % step === 0) list.push([at, time.clock(at)]);
  }
  return list;
}
