// A chart of one vital sign: uPlot gives canvas, scales and axes, marks.js what is drawn in them. Drawn anew for every width
// and look; colours are the stylesheet's.
import { DAY, begin, days, ticks, zone } from './zone.js';
import { kinds, said } from './marks.js';

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// A scale is read in ones, twos and fives.
const STEPS = [.1, .2, .5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const FLAGS = {
  movement: 'moved during the measurement', cuff_loose: 'cuff was loose', irregular: 'irregular heartbeat', position: 'wrong position',
  unconfirmed: 'not confirmed', clock_suspect: 'device clock is wrong', test: 'test',
};

// A value as the tip says it.
function words(series, point) {
  const { v } = point;
  if (series.kind === 'blood_pressure') return `${said(series, v.systolic)}/${said(series, v.diastolic)} ${series.unit}${v.pulse ? `, pulse ${Math.round(v.pulse)}` : ''}`;
  if (point.comparator) return point.comparator.startsWith('>') ? 'HI, above what the device measures' : 'LO, below what the device measures';
  const main = { weight: 'weight', glucose: 'glucose', oximetry: 'spo2', temperature: 'temperature', heart_rate: 'heart_rate' }[series.kind];
  const digits = series.shown || series.kind === 'weight' || series.kind === 'temperature' ? 1 : 0;
  return `${v[main]?.toFixed(digits)} ${series.unit}${series.kind === 'oximetry' && v.pulse ? `, pulse ${Math.round(v.pulse)}` : ''}`;
}

/** Draws the chart of a figure with `data-range` and the series as JSON in it; gives `add(point, now)`, with the server's time. */
export function chart(figure) {
  const [title, legend] = [document.querySelector('#chart-title'), document.querySelector('#chart-legend')];
  const tip = Object.assign(document.createElement('div'), { className: 'vw-tip', hidden: true });
  let series, plot, hits = [];

  function say(text) {
    plot?.destroy();
    plot = undefined;
    const note = Object.assign(document.createElement('p'), { className: 'vw-chart-none', textContent: text });
    figure.replaceChildren(note);
  }

  function describe(kind, time) {
    if (title) {
      title.textContent = series.to - series.from > 2 * DAY
        ? `${time.date(series.from)} – ${time.date(series.to - 1)}` : `${time.full(series.from)} – ${time.full(series.to)}`;
    }
    explain(kind.legend);
    const count = series.points.length;
    const last = series.points.at(-1);
    const said = ['activity', 'sleep'].includes(series.kind) || !last ? '' : ` The last is ${words(series, last)}.`;
    figure.setAttribute('aria-label', `${count} ${count === 1 ? 'reading' : 'readings'}, ${title?.textContent ?? ''}.${said} The same values are in the table below.`);
  }

  function explain(entries) {
    legend?.replaceChildren(...entries.map(([look, text]) => {
      const entry = document.createElement('span');
      entry.append(Object.assign(document.createElement('i'), { className: look }), text);
      return entry;
    }));
  }

  // Target bands, and a hairline between days.
  function ground(u, time) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = css('--band');
    for (const band of series.bands ?? []) {
      const scale = u.scales.y;
      const top = u.valToPos(Math.min(band.high ?? scale.max, scale.max), 'y', true);
      ctx.fillRect(bbox.left, top, bbox.width, u.valToPos(Math.max(band.low ?? scale.min, scale.min), 'y', true) - top);
    }
    ctx.fillStyle = css('--line');
    if (series.to - series.from > 2 * DAY) {
      for (const day of days(time, series.from, series.to).slice(1)) {
        ctx.fillRect(Math.round(u.valToPos(day.start, 'x', true)), bbox.top, Math.max(1, Math.round(devicePixelRatio / 2)), bbox.height);
      }
    }
    ctx.restore();
  }

  function marks(u, kind) {
    const { ctx, bbox } = u;
    const r = bbox.width / u.over.clientWidth || devicePixelRatio;
    hits = [];
    const g = {
      ctx, r, css, left: bbox.left, right: bbox.left + bbox.width, top: bbox.top, bottom: bbox.top + bbox.height,
      x: (value) => u.valToPos(value, 'x', true), y: (value) => u.valToPos(value, 'y', true),
      hit: (x, y, point, text, reach = 14) => hits.push({ x: (x - bbox.left) / r, y: (y - bbox.top) / r, point, text, reach }),
    };
    ctx.save();
    const more = kind.draw(g);
    ctx.restore();
    explain([...kind.legend, ...(more ?? [])]);
  }

  function point(u, time) {
    const { left, top } = u.cursor;
    const near = left < 0 ? [] : hits.filter((hit) => Math.abs(hit.x - left) <= hit.reach);
    const distance = (hit) => Math.abs(hit.x - left) + Math.abs(hit.y - top) / 4;
    const best = near.reduce((a, b) => (a && distance(a) <= distance(b) ? a : b), undefined);
    tip.hidden = !best;
    if (!best) return;
    const small = document.createElement('small');
    const flags = (best.point.flags ?? []).map((flag) => FLAGS[flag] ?? flag);
    small.textContent = [series.kind === 'activity' ? time.date(best.point.t) : time.full(best.point.until ?? best.point.t), ...flags].join(' · ');
    tip.replaceChildren(Object.assign(document.createElement('b'), { textContent: best.text ?? words(series, best.point) }), small);
    const x = u.over.offsetLeft + best.x;
    // Beside the mark, not on it.
    const right = x + 14 + tip.offsetWidth < u.width;
    const side = right ? x + 14 : Math.max(0, x - 14 - tip.offsetWidth);
    const down = u.over.offsetTop + Math.max(0, Math.min(best.y, u.over.clientHeight) - tip.offsetHeight / 2);
    tip.style.transform = `translate(${side}px, ${down}px)`;
  }

  function size() {
    const style = getComputedStyle(figure);
    const width = figure.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return { width: Math.max(200, Math.floor(width)), height: width < 560 ? 236 : 300 };
  }

  function build() {
    const time = zone(series.time_zone);
    const kind = (kinds[series.kind] ?? kinds.weight)(series, time);
    describe(kind, time);
    if (series.points.length === 0) return say('No readings in this time.');
    plot?.destroy();
    figure.replaceChildren();
    const font = '12px Inter, sans-serif';
    const stroke = () => css('--quiet');
    // Asked of the figure: while the plot changes its size, what it says of itself is still the old one.
    const labels = () => ticks(time, series.from, series.to, size().width - 52);
    plot = new globalThis.uPlot({
      ...size(),
      ms: 1,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      drawOrder: ['axes', 'series'],
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, range: () => [series.from, series.to] }, y: { range: () => kind.range } },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        { font, stroke, size: 30, gap: 8, grid: { show: false }, ticks: { show: false },
          splits: () => labels().map(([at]) => at), values: () => labels().map(([, text]) => text) },
        { font, stroke, size: series.kind === 'activity' ? 52 : 42, gap: 6, space: 34, incrs: STEPS, ticks: { show: false },
          grid: { stroke: () => css('--line'), width: 1 },
          values: (u, splits) => splits.map((value) => `${value.toLocaleString('en-US')}${kind.axis ?? ''}`) },
      ],
      hooks: { drawClear: [(u) => ground(u, time)], draw: [(u) => marks(u, kind)], setCursor: [(u) => point(u, time)] },
    }, [[series.from, series.to], [kind.range[0], kind.range[1]]], figure);
    plot.root.append(tip);
    tip.hidden = true;
  }

  function add(fresh, now) {
    if (!series) return;
    const points = series.points.filter((old) => old.id !== fresh.id);
    // The window moves on, so that a page that stays open for a night shows the night.
    const to = Math.max(series.to, now, fresh.until ?? fresh.t);
    // The mean came with the series: it would stand as it was beside a tile that is fetched anew.
    series = { ...series, mean: {}, from: begin(figure.dataset.range, zone(series.time_zone), to), to };
    series.points = [...points, fresh].filter(({ t, until }) => (until ?? t) >= series.from).sort((a, b) => a.t - b.t);
    build();
  }

  new ResizeObserver(() => { if (plot && size().width !== plot.width) plot.setSize(size()); }).observe(figure);
  for (const event of ['vitalwire:look']) document.documentElement.addEventListener(event, () => plot?.redraw(false));
  // On paper the colours are the light ones.
  matchMedia('print').addEventListener('change', () => plot?.redraw(false));
  // The canvas does not wait for the font by itself.
  document.fonts?.ready.then(() => plot?.redraw(false));
  try {
    series = JSON.parse(figure.querySelector('script').textContent);
    series.points.sort((a, b) => a.t - b.t);
    build();
  } catch {
    say('The chart could not be drawn. The table below has every value.');
  }
  return { add };
}
