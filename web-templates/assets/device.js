// A device's page: the chart and the live table.
import { chart } from './chart.js';
import { listen } from './live.js';

const figure = document.querySelector('#chart');
const drawn = figure && chart(figure);
listen((point) => drawn?.add(point));

// What is counted above the table follows it: fetched anew after a reading, but not for each of many.
const PAUSE = 3000;
let next = 0;
let waits = false;
document.addEventListener('vitalwire:row', () => {
  if (waits || !globalThis.htmx) return;
  waits = true;
  setTimeout(() => {
    waits = false;
    next = Date.now() + PAUSE;
    globalThis.htmx.ajax('GET', location.href, { target: '#tiles', select: '#tiles', selectOOB: '#facts', swap: 'outerHTML' });
  }, Math.max(0, next - Date.now()));
});

// The switch changes the chart in place; without this script its links load the page anew.
for (const link of document.querySelectorAll('a[data-range]')) {
  link.addEventListener('click', (event) => {
    if (!drawn || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    for (const other of document.querySelectorAll('a[data-range]')) other.removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
    history.replaceState(null, '', link.href);
    // The file holds what the chart shows.
    for (const file of document.querySelectorAll('a[data-file]')) {
      const to = new URL(file.href);
      to.searchParams.set('range', link.dataset.range);
      file.href = to;
    }
    drawn.load(link.dataset.range);
  });
}
