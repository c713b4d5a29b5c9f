// Where the marks of a chart stand. Pure: `node --test tests/`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, kinds, place, said } from '../assets/marks.js';
import { DAY, HOUR, begin, days, zone } from '../assets/zone.js';

const time = zone('America/New_York');
// A week with the end of summer time in it.
const from = time.startOf(time.dayOf(Date.UTC(2026, 9, 28, 12)));
const MINUTE = HOUR / 60;

// The same numbers on every run.
function* random(seed) {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

function check(times, to, pixels, width) {
  const x = (t) => (t - from) / (to - from) * pixels;
  const back = (at) => from + at / pixels * (to - from);
  const marks = place(times, days(time, from, to), x, width);
  assert.deepEqual(marks.flatMap((mark) => mark.members).sort((a, b) => a - b), times.map((_, index) => index), 'every reading once');
  marks.forEach((mark, number) => {
    for (const index of mark.members) {
      assert.ok(Math.abs(mark.at - x(times[index])) <= width + 1e-6, `${Math.abs(mark.at - x(times[index]))} px from its time`);
      assert.equal(time.dayOf(back(mark.at)), time.dayOf(times[index]), 'on its own day');
      assert.equal(time.dayOf(back(mark.at - mark.width / 2 + .01)), time.dayOf(times[index]), 'all of it');
      assert.equal(time.dayOf(back(mark.at + mark.width / 2 - .01)), time.dayOf(times[index]), 'all of it');
    }
    if (number > 0) assert.ok(mark.at - marks[number - 1].at >= Math.min(mark.width, marks[number - 1].width) - 1e-6, 'none hides another');
  });
  return marks;
}

test('three readings of five minutes stand side by side', () => {
  const morning = from + 3 * DAY + 8 * HOUR;
  const marks = check([morning, morning + 2 * MINUTE, morning + 4 * MINUTE], from + 7 * DAY, 980, 10);
  assert.deepEqual(marks.map((mark) => mark.members), [[0], [1], [2]]);
});

test('what does not fit becomes bins and stays in its hour', () => {
  const morning = from + 3 * DAY + 8 * HOUR;
  const marks = check(Array.from({ length: 60 }, (_, minute) => morning + minute * MINUTE), from + 7 * DAY, 980, 10);
  assert.ok(marks.length <= 3 && marks.some((mark) => mark.members.length > 1));
});

test('a reading beside midnight stays on its own side', () => {
  const midnight = time.startOf(time.dayOf(from) + 4);
  check([midnight - 2 * MINUTE, midnight - MINUTE, midnight - 1, midnight, midnight + MINUTE], from + 7 * DAY, 980, 10);
});

test('a day that has just begun has room for one mark', () => {
  const midnight = time.startOf(time.dayOf(from) + 6);
  check([midnight, midnight + MINUTE, midnight + 2 * MINUTE], midnight + 5 * MINUTE, 980, 10);
});

test('whatever the times, a mark is near its time and on its day', () => {
  const chance = random(7);
  const next = () => chance.next().value;
  for (let round = 0; round < 300; round++) {
    const to = from + (1 + 6.9 * next()) * DAY;
    const middle = from + next() * (to - from);
    const crowd = next() < .5 ? HOUR : to - from;
    const times = Array.from({ length: 1 + Math.floor(next() * 120) }, () => Math.max(from, Math.min(to - 1, middle + (next() - .5) * crowd)));
    check(times.sort((a, b) => a - b), to, 300 + next() * 900, 4 + next() * 12);
  }
});

test('of nights that overlap one counts', () => {
  const night = (id, start, end) => ({ id, t: start * HOUR, until: end * HOUR });
  const ids = (...points) => apart(points).map((point) => point.id);
  assert.deepEqual(ids(night('a', 22, 30), night('b', 23, 30)), ['a'], 'the longer one');
  assert.deepEqual(ids(night('a', 22, 30), night('b', 22, 30)), ['b'], 'the one made later');
  assert.deepEqual(ids(night('a', 22, 30), night('b', 30, 31)), ['a', 'b'], 'one after the other');
  assert.deepEqual(ids(night('a', 0, 10), night('b', 9, 18), night('c', 17, 27)), ['a', 'c'], 'a chain keeps its ends');
  assert.deepEqual(ids({ id: 'a', t: 1 }, { id: 'b', t: 1 }), ['a', 'b'].reverse(), 'moments overlap nothing');
});

test('a legend says the limits that are drawn', () => {
  const words = (kind, alarm, bands) => kinds[kind]({ kind, from, to: from + DAY, unit: '°C', points: [], alarm, bands }, time).legend.map(([, text]) => text);
  assert.deepEqual(words('temperature', [{ field: 'temperature', low: 35, high: 37.9 }], [{ field: 'temperature', low: 36.1, high: 37.2 }]),
    ['no fever', 'fever from 38.0 °C, or below 35.0 °C', 'usual 36.1–37.2']);
  assert.deepEqual(words('oximetry', [{ field: 'spo2', low: 92 }], [{ field: 'spo2', low: 94, high: 100 }]), ['in range', 'below 92', 'target 94–100']);
  assert.deepEqual(words('blood_pressure', [{ field: 'systolic', low: 90, high: 160 }, { field: 'diastolic', low: 60, high: 100 }],
    [{ field: 'systolic', low: 90, high: 135 }, { field: 'diastolic', low: 60, high: 85 }]).slice(0, 3),
  ['in range', 'outside 90–160 / 60–100', 'target 90–135 / 60–85']);
  assert.deepEqual(words('glucose', [], []), ['in range'], 'without limits none are named');
});

test('a chart in other units has the same room and says them', () => {
  const at = (t, v) => ({ t: from + t * HOUR, id: String(t), v, flags: [] });
  const base = { from, to: from + 7 * DAY, bands: [], alarm: [], mean: {} };
  const canonical = kinds.blood_pressure({ ...base, kind: 'blood_pressure', unit: 'mmHg', points: [at(1, { systolic: 120, diastolic: 80 })] }, time);
  const factor = 66_661 / 500_000;
  const shown = { factor, add: 0 };
  const point = at(1, { systolic: 120 * factor, diastolic: 80 * factor });
  const kilopascals = kinds.blood_pressure({ ...base, kind: 'blood_pressure', unit: 'kPa', shown, points: [point] }, time);
  kilopascals.range.forEach((edge, index) => assert.ok(Math.abs(edge - canonical.range[index] * factor) < 1e-9));
  assert.equal(said({ shown }, 120 * factor), '16.0');
  assert.equal(said({}, 120.4), '120');
  const alarm = [{ field: 'temperature', high: 37.9 * 1.8 + 32 }];
  const fever = kinds.temperature({ ...base, kind: 'temperature', unit: '°F', shown: { factor: 1.8, add: 32 }, alarm,
    points: [at(1, { temperature: 98.6 })] }, time);
  assert.ok(JSON.stringify(fever.legend).includes('fever from 100.4 °F'), JSON.stringify(fever.legend));
  assert.ok(fever.range[0] < 98.6 && fever.range[1] > 101);
});

test('a range moves on with the time: a day by the clock, a week by midnights', () => {
  const noon = Date.UTC(2026, 10, 4, 12);
  assert.equal(begin('24h', time, noon), noon - DAY);
  assert.equal(begin('24h', time, noon + 5 * HOUR), noon - DAY + 5 * HOUR);
  // October 29 at midnight, in summer time; the week that ends on November 4 is an hour longer.
  assert.equal(begin('7d', time, noon), Date.UTC(2026, 9, 29, 4));
  assert.equal(begin('7d', time, noon + 12 * HOUR), Date.UTC(2026, 9, 29, 4), 'the evening of the same day');
  assert.equal(begin('7d', time, noon + 17 * HOUR), Date.UTC(2026, 9, 30, 4), 'past midnight');
});
