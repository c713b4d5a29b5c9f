// A device's page: the chart, the live table, the file of values.
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
    drawn.load(link.dataset.range);
  });
}

// The file holds what the table shows, so that both always say the same.
const quoted = (text) => {
  const plain = text.replace(/\s+/g, ' ').trim();
  // A spreadsheet must not take a value for a formula.
  return `"${(/^[=+@\-]\D/.test(plain) ? `'${plain}` : plain).replaceAll('"', '""')}"`;
};
document.querySelector('[data-csv]')?.addEventListener('click', (event) => {
  const table = document.querySelector('#readings');
  const cellText = (cell) => cell.querySelector('time')?.dateTime ?? cell.querySelector('.vw-way')?.getAttribute('aria-label') ?? cell.textContent;
  const rows = [...table.rows].filter((row) => !('empty' in row.dataset));
  const text = rows.map((row) => [...row.cells].map((cell) => quoted(cellText(cell))).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`\uFEFF${text}\r\n`], { type: 'text/csv' }));
  link.download = `${event.currentTarget.dataset.csv}-readings.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
});
