// How each vital sign is drawn. A kind is { range, legend, draw, axis? }: `draw` puts marks on the canvas, tells where they can be
// pointed at, and gives what the legend has to say besides; `axis` stands behind the numbers of the axis. Sizes are CSS px times `g.r`, the canvas's ratio.
import { DAY, HOUR, days } from './zone.js';

const values = (points, field) => points.map((point) => point.v[field]).filter((value) => value !== undefined);
const most = (list, start) => list.reduce((a, b) => Math.max(a, b), start);
const least = (list, start) => list.reduce((a, b) => Math.min(a, b), start);
const measured = (series) => series.points.filter((point) => !point.comparator);

/** Whether a value lies beyond its alarm, so that a person should look. */
export function beyond(series, field, value) {
  return (series.alarm ?? []).some((band) => band.field === field
    && ((band.low !== undefined && value < band.low) || (band.high !== undefined && value > band.high)));
}

// Marks of one day, side by side around the middle of their group; undefined where one would have to stand further than `width`
// from its own time.
function spread(at, width, left, right) {
  const groups = [];
  at.forEach((x) => {
    groups.push({ sum: x, count: 1 });
    for (let last = groups.length - 1; last > 0; last--) {
      const [a, b] = [groups[last - 1], groups[last]];
      if (a.sum / a.count + a.count * width / 2 <= b.sum / b.count - b.count * width / 2) break;
      groups.splice(last - 1, 2, { sum: a.sum + b.sum, count: a.count + b.count });
    }
  });
  const placed = groups.flatMap(({ sum, count }) => {
    const start = Math.max(left, Math.min(right - count * width, sum / count - count * width / 2));
    return Array.from({ length: count }, (_, order) => start + (order + .5) * width);
  });
  const fits = placed.every((x, index) => Math.abs(x - at[index]) <= width && x - width / 2 >= left - 1e-6 && x + width / 2 <= right + 1e-6
    && (index === 0 || x - placed[index - 1] >= width - 1e-6));
  return fits ? placed : undefined;
}

/**
 * Where marks of these times are set: none further than its `width` from its own time, none over the line of its local day. Where
 * more lie together than have room, one mark stands for several. `visible` are the days as zone.js gives them, `x` makes px of
 * a time. Gives `{ at, width, members }` with the indices of `times`, which are in order.
 */
export function place(times, visible, x, width) {
  return visible.flatMap(({ from, to }, number) => {
    const [first, last] = [number === 0, number === visible.length - 1];
    const members = times.flatMap((t, index) => ((first || t >= from) && (last || t < to) ? [index] : []));
    const [left, right] = [x(from), x(to)];
    const at = members.map((index) => Math.max(left, Math.min(right, x(times[index]))));
    const single = spread(at, width, left, right);
    if (single) return members.map((index, order) => ({ at: single[order], width, members: [index] }));
    const count = Math.max(1, Math.floor((right - left) / width));
    const step = (right - left) / count;
    const bins = Array.from({ length: count }, (_, bin) => ({ at: left + (bin + .5) * step, width: Math.min(width, step), members: [] }));
    members.forEach((index, order) => bins[Math.min(count - 1, Math.floor((at[order] - left) / step))].members.push(index));
    return bins.filter((bin) => bin.members.length);
  });
}

/** Of spans that overlap, the longest: what two of them say of the same hours must not be added. Of equal ones the later made. */
export function apart(points) {
  const end = (point) => point.until ?? point.t;
  const kept = [];
  for (const point of [...points].sort((a, b) => (end(b) - b.t) - (end(a) - a.t) || (a.id < b.id ? 1 : -1))) {
    if (!kept.some((other) => point.t < end(other) && other.t < end(point))) kept.push(point);
  }
  return kept.sort((a, b) => a.t - b.t);
}

function pill(g, x, top, bottom, width, colour) {
  g.ctx.fillStyle = colour;
  g.ctx.beginPath();
  g.ctx.roundRect(x - width / 2, top, width, Math.max(bottom - top, width), width / 2);
  g.ctx.fill();
}

function dot(g, x, y, radius, colour) {
  g.ctx.beginPath();
  g.ctx.arc(x, y, radius, 0, 2 * Math.PI);
  g.ctx.fillStyle = colour;
  g.ctx.fill();
  // A rim in the paper's colour keeps neighbours apart.
  g.ctx.lineWidth = 1.2 * g.r;
  g.ctx.strokeStyle = g.css('--paper');
  g.ctx.stroke();
}

function label(g, text, x, y, colour, align = 'center') {
  g.ctx.font = `650 ${11 * g.r}px Inter, sans-serif`;
  g.ctx.textAlign = align;
  g.ctx.textBaseline = 'alphabetic';
  g.ctx.fillStyle = colour;
  g.ctx.fillText(text, x, y);
}

function dashed(g, value, colour, text, side = 'right') {
  const y = g.y(value);
  g.ctx.setLineDash([5 * g.r, 4 * g.r]);
  g.ctx.lineWidth = 1.3 * g.r;
  g.ctx.strokeStyle = colour;
  g.ctx.beginPath();
  g.ctx.moveTo(g.left, y);
  g.ctx.lineTo(g.right, y);
  g.ctx.stroke();
  g.ctx.setLineDash([]);
  if (text) label(g, text, side === 'right' ? g.right - 2 * g.r : g.left + 2 * g.r, y - 5 * g.r, colour, side);
}

// The warm triangle of a HI or LO lies at the edge: where the value is, nobody knows.
function triangle(g, x, up) {
  const size = 6 * g.r;
  const tip = up ? g.top + 14 * g.r : g.bottom - 14 * g.r;
  const base = up ? tip + size * 1.5 : tip - size * 1.5;
  g.ctx.fillStyle = g.css('--warn');
  g.ctx.beginPath();
  g.ctx.moveTo(x, tip);
  g.ctx.lineTo(x - size, base);
  g.ctx.lineTo(x + size, base);
  g.ctx.fill();
  label(g, up ? 'HI' : 'LO', x, up ? tip - 3 * g.r : tip + 11 * g.r, g.css('--warn'));
  return (tip + base) / 2;
}

const meanOf = (series, field) => series.mean?.[field];
// The figures of this file are canonical; a series is in the units of who looks. A number, and a distance, as they read it.
const at = (series, value) => (series.shown ? value * series.shown.factor + series.shown.add : value);
const by = (series, value) => value * (series.shown?.factor ?? 1);
/** A number of a series, with the digits that mean something in it. */
export const said = (series, value) => (series.shown ? value.toFixed(1) : String(Math.round(value)));
// The server sends one where it says something about the week.
const meanLegend = (series, field) => (meanOf(series, field) ? [['mean', '7-day mean']] : []);
// The limits and the bands come with the series, so that the words beside a chart say what is drawn in it; the server's
// `devices/reference.rs` names their sources. Of a pulse or a temperature the band is what is usual, and nothing to aim for.
const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const bandOf = (series) => series.bands?.length
  ? [['band', `${['heart_rate', 'temperature'].includes(series.kind) ? 'usual' : 'target'} ${
    series.bands.map(({ low, high }) => `${number(low)}–${number(high)}`).join(' / ')}`]] : [];
const outsideOf = (series, fields) => {
  const limits = fields.map((field) => (series.alarm ?? []).find((band) => band.field === field)).filter(Boolean);
  const words = limits.map(({ low, high }) => (low === undefined ? `above ${number(high)}`
    : high === undefined ? `below ${number(low)}` : `${number(low)}–${number(high)}`));
  return words.length ? `${limits[0].low !== undefined && limits[0].high !== undefined ? 'outside ' : ''}${words.join(' / ')}` : '';
};

const bloodPressure = (series, time) => {
  const outside = outsideOf(series, ['systolic', 'diastolic']);
  return {
    range: [least(values(series.points, 'diastolic'), at(series, 58)) - by(series, 6),
      most(values(series.points, 'systolic'), at(series, 162)) + by(series, 10)],
    legend: [['', 'in range'], ...(outside ? [['out', outside]] : []), ...bandOf(series), ...meanLegend(series, 'systolic')],
    draw(g) {
      for (const field of ['systolic', 'diastolic']) if (meanOf(series, field)) dashed(g, meanOf(series, field), g.css('--quiet'));
      const points = series.points.filter(({ v }) => v.systolic !== undefined);
      const room = (g.right - g.left) / Math.max(points.length, 1);
      const gap = 2 * g.r;
      const width = Math.max(4 * g.r, Math.min(8 * g.r, room * .5));
      const placed = place(points.map((point) => point.t), days(time, series.from, series.to), g.x, width + gap);
      let labelled = -Infinity;
      for (const mark of placed) {
        const own = mark.members.map((index) => points[index]);
        const isOut = ({ v }) => beyond(series, 'systolic', v.systolic) || beyond(series, 'diastolic', v.diastolic ?? v.systolic);
        const out = own.some(isOut);
        const upper = values(own, 'systolic');
        const lower = own.map(({ v }) => v.diastolic ?? v.systolic);
        const [x, top, bottom] = [mark.at, g.y(most(upper, -Infinity)), g.y(least(lower, Infinity))];
        g.ctx.globalAlpha = own.length > 1 ? .5 : 1;
        pill(g, x, top, bottom, Math.max(g.r, mark.width - gap), g.css(out ? '--warn' : '--accent'));
        g.ctx.globalAlpha = 1;
        if (out && x - labelled > 26 * g.r) {
          label(g, said(series, most(upper, -Infinity)), x, top - 5 * g.r, g.css('--warn'));
          labelled = x;
        }
        const between = (list) => `${said(series, least(list, Infinity))}–${said(series, most(list, -Infinity))}`;
        g.hit(x, (top + bottom) / 2, own[0], own.length > 1 ? `${own.length} readings, ${between(upper)} / ${between(lower)} ${series.unit}` : undefined);
      }
      return placed.some((mark) => mark.members.length > 1) ? [['several', 'several, lowest to highest']] : [];
    },
  };
};

const weight = (series) => {
  const list = values(series.points, 'weight');
  const [low, high] = [least(list, Infinity), most(list, -Infinity)];
  // Day-to-day noise must not look like a trend: at least 6 % of the weight, never less than 4 kg, is in view.
  const middle = list.length ? (low + high) / 2 : at(series, 80);
  const half = Math.max((high - low) * .9 || 0, middle * .03, by(series, 2));
  return {
    range: [middle - half, middle + half],
    legend: [['dot', 'weight'], ...bandOf(series), ...meanLegend(series, 'weight')],
    draw(g) {
      if (meanOf(series, 'weight')) dashed(g, meanOf(series, 'weight'), g.css('--quiet'));
      const points = measured(series);
      g.ctx.lineWidth = 2 * g.r;
      g.ctx.lineJoin = 'round';
      g.ctx.strokeStyle = g.css('--accent');
      g.ctx.beginPath();
      points.forEach((point) => g.ctx.lineTo(g.x(point.t), g.y(point.v.weight)));
      g.ctx.stroke();
      for (const point of points) {
        const [x, y] = [g.x(point.t), g.y(point.v.weight)];
        dot(g, x, y, 4.5 * g.r, g.css(beyond(series, 'weight', point.v.weight) ? '--warn' : '--accent'));
        g.hit(x, y, point);
      }
    },
  };
};

// Dots in a band: glucose, oximetry, temperature. What the device could not measure is a triangle at the edge.
const dots = (field, range, extra = {}) => (series) => ({
  range: range(values(measured(series), field), series),
  legend: [['dot', extra.inside ?? 'in range'],
    ...(series.alarm?.length ? [['dot out', extra.outside?.(series) ?? outsideOf(series, [field])]] : []), ...bandOf(series),
    ...(series.points.some((point) => point.comparator) ? [['tri', 'HI or LO: beyond the device']] : [])],
  draw(g) {
    extra.before?.(g, series);
    const radius = series.points.length > 200 ? 2.6 : 4.5;
    for (const point of series.points) {
      const value = point.v[field];
      const x = g.x(point.t);
      if (point.comparator) {
        g.hit(x, triangle(g, x, point.comparator.startsWith('>')), point);
      } else if (value !== undefined) {
        dot(g, x, g.y(value), radius * g.r, g.css(beyond(series, field, value) ? '--warn' : '--accent'));
        g.hit(x, g.y(value), point);
      }
    }
  },
});

// Beyond the alarm begins with the next tenth: above 37.9 is from 38.0.
const feverFrom = (series) => {
  const high = series.alarm?.find((band) => band.field === 'temperature')?.high;
  if (high === undefined) return undefined;
  const canonical = (high - (series.shown?.add ?? 0)) / (series.shown?.factor ?? 1);
  return at(series, Math.round(canonical * 10 + 1) / 10);
};
const fever = (g, series) => {
  const from = feverFrom(series);
  if (from === undefined) return;
  // The words stand on the side where no reading does.
  const [width, height] = [110 * g.r, 20 * g.r];
  const isTaken = (left) => series.points.some((point) => g.x(point.t) > left && g.x(point.t) < left + width
    && Math.abs(g.y(point.v.temperature) - g.y(from) + height / 2) < height / 2 + 4 * g.r);
  const side = isTaken(g.right - width) && !isTaken(g.left) ? 'left' : 'right';
  dashed(g, from, g.css('--warn'), `fever from ${from.toFixed(1)} ${series.unit}`, side);
};
const feverOrCold = (series) => {
  const [from, low] = [feverFrom(series), series.alarm?.find((band) => band.field === 'temperature')?.low];
  return [from === undefined ? '' : `fever from ${from.toFixed(1)} ${series.unit}`, low === undefined ? '' : `below ${low.toFixed(1)} ${series.unit}`]
    .filter(Boolean).join(', or ');
};

// Where there is a dot for every few pixels, bars from the lowest to the highest with the mean say more than dots.
const heartRate = (series) => ({
  range: [least(values(series.points, 'heart_rate'), 45) - 5, most(values(series.points, 'heart_rate'), 115) + 8],
  legend: [['', 'lowest to highest'], ['dot', 'mean'],
    ...(series.alarm?.length ? [['dot out', outsideOf(series, ['heart_rate'])]] : []), ...bandOf(series)],
  draw(g) {
    const step = Math.max((series.to - series.from) / ((g.right - g.left) / (11 * g.r)), 60_000);
    const buckets = new Map();
    for (const point of series.points.filter(({ v }) => v.heart_rate !== undefined)) {
      const key = Math.floor((point.t - series.from) / step);
      buckets.set(key, [...(buckets.get(key) ?? []), point]);
    }
    for (const points of buckets.values()) {
      const list = values(points, 'heart_rate');
      const [low, high] = [least(list, Infinity), most(list, -Infinity)];
      const mean = list.reduce((a, b) => a + b) / list.length;
      const x = g.x(points.reduce((sum, point) => sum + point.t, 0) / points.length);
      const out = list.some((value) => beyond(series, 'heart_rate', value));
      const colour = g.css(out ? '--warn' : '--accent');
      if (points.length > 1) {
        g.ctx.globalAlpha = .35;
        pill(g, x, g.y(high), g.y(low), 5 * g.r, colour);
        g.ctx.globalAlpha = 1;
      }
      dot(g, x, g.y(mean), 3.2 * g.r, colour);
      g.hit(x, g.y(mean), points[0], points.length > 1 ? `${Math.round(low)}–${Math.round(high)} /min, mean ${Math.round(mean)}` : undefined);
    }
  },
});

// Sums per day of the zone (per hour in the view of one day), drawn as bars over their whole span.
function grouped(series, time, add) {
  const list = series.to - series.from > 2 * DAY
    ? days(time, series.from, series.to).map((day) => [day.start, day.from, day.to])
    : Array.from({ length: Math.ceil((series.to - time.hourStart(series.from)) / HOUR) }, (_, index) => {
      const start = time.hourStart(series.from) + index * HOUR;
      return [start, Math.max(start, series.from), Math.min(start + HOUR, series.to)];
    });
  const points = apart(series.points);
  return list.map(([start, from, to]) => ({ start, from, to, points: points.filter((point) => add(point) >= start && add(point) < to) }))
    .filter((group) => group.points.length);
}

const activity = (series, time) => {
  const groups = grouped(series, time, (point) => point.t)
    .map((group) => ({ ...group, steps: values(group.points, 'steps').reduce((a, b) => a + b, 0) }));
  return {
    range: [0, most(groups.map((group) => group.steps), 1000) * 1.14],
    legend: [['', series.to - series.from > 2 * DAY ? 'steps a day' : 'steps an hour']],
    draw(g) {
      for (const { from, to, steps, points } of groups) {
        const middle = g.x((from + to) / 2);
        const width = Math.min(46 * g.r, (g.x(to) - g.x(from)) * .62);
        const top = g.y(steps);
        g.ctx.fillStyle = g.css('--accent');
        g.ctx.beginPath();
        g.ctx.roundRect(middle - width / 2, top, width, g.y(0) - top, [5 * g.r, 5 * g.r, 0, 0]);
        g.ctx.fill();
        if (width > 24 * g.r) label(g, steps.toLocaleString('en-US'), middle, top - 6 * g.r, g.css('--ink'));
        g.hit(middle, (top + g.y(0)) / 2, points[0], `${steps.toLocaleString('en-US')} steps`, 40);
      }
    },
  };
};

const STAGES = [['deep', 'deep'], ['light', 'light'], ['rem', 'REM'], ['awake', 'awake']];
const hours = (minutes) => `${Math.floor(minutes / 60)} h ${Math.round(minutes % 60)} min`;

// A night belongs to the day one wakes up on.
const sleep = (series, time) => {
  const asleep = ({ v }) => (v.deep ?? 0) + (v.light ?? 0) + (v.rem ?? 0);
  const kept = apart(series.points);
  const nights = days(time, series.from, series.to)
    .map((day) => ({ ...day, nights: kept.filter((point) => time.dayOf(point.until ?? point.t) === day.number) }))
    .filter((day) => day.nights.length);
  const total = (day) => day.nights.reduce((sum, point) => sum + asleep(point) + (point.v.awake ?? 0), 0);
  return {
    range: [0, most(nights.map(total), 480) / 60 * 1.14],
    axis: ' h',
    legend: STAGES.map(([key, name]) => [key, name]),
    draw(g) {
      for (const day of nights) {
        const middle = g.x((day.from + day.to) / 2);
        const width = Math.min(46 * g.r, Math.max((g.x(day.to) - g.x(day.from)) * .62, 12 * g.r));
        let from = 0;
        for (const [key] of STAGES) {
          const to = from + day.nights.reduce((sum, point) => sum + (point.v[key] ?? 0), 0) / 60;
          g.ctx.fillStyle = g.css(`--stage-${key}`);
          g.ctx.fillRect(middle - width / 2, g.y(to), width, g.y(from) - g.y(to) - (from > 0 ? g.r : 0));
          from = to;
        }
        const sum = day.nights.reduce((all, point) => all + asleep(point), 0);
        label(g, width > 36 * g.r ? hours(sum).replace(' min', '') : `${(sum / 60).toFixed(1)}`, middle, g.y(from) - 6 * g.r, g.css('--ink'));
        g.hit(middle, g.y(from / 2), day.nights[0], `${hours(sum)} asleep`, 40);
      }
    },
  };
};

/** The drawing of every kind. */
export const kinds = {
  blood_pressure: bloodPressure,
  weight,
  glucose: dots('glucose', (list, series) => [least(list, at(series, 58)) - by(series, 14), most(list, at(series, 250)) + by(series, 26)]),
  oximetry: dots('spo2', (list) => [Math.min(80, least(list, 100) - 2), 100.6]),
  temperature: dots('temperature', (list, series) => [least(list, at(series, 35.8)) - by(series, .2),
    most(list, at(series, 38.6)) + by(series, .3)], { before: fever, inside: 'no fever', outside: feverOrCold }),
  heart_rate: heartRate,
  activity,
  sleep,
};
