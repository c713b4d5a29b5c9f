// A device's page: the chart and the live table.
import { chart } from './chart.js';
import { listen } from './live.js';

const figure = document.querySelector('#chart');
const drawn = figure && chart(figure);
listen((point, now) => drawn?.add(point, now));

// What is counted above the table and said of it follows it: fetched anew after a reading, but not for each of many.
const PAUSE = 3000;
let next = 0;
let waits = false;
document.addEventListener('vitalwire:row', () => {
  if (waits || !globalThis.htmx) return;
  waits = true;
  setTimeout(() => {
    waits = false;
    next = Date.now() + PAUSE;
    globalThis.htmx.ajax('GET', location.href, { target: '#tiles', select: '#tiles', selectOOB: '#facts,#readings-said', swap: 'outerHTML' });
  }, Math.max(0, next - Date.now()));
});
