// Keeps the table of readings as it is on the server: rows come in by Server-Sent Events, and their ways are finished.
import { say } from './app.js';
import { begin, zone } from './zone.js';

const table = document.querySelector('#readings');
const sign = document.querySelector('#live');
const MOST_ROWS = 300;
const HERE = 'A new reading has arrived';
const FIRST_PAGE = 'A new reading has arrived; it stands on the first page';
const EARLIER = 'A reading of an earlier time has arrived';

function state(name, text) {
  if (!sign || sign.dataset.state === name) return;
  sign.dataset.state = name;
  sign.querySelector('[data-live-text]').textContent = text;
}

function rowOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}

const timeOf = (row) => row.querySelector('time')?.dateTime ?? '';

// Rows are ordered by the time of measurement; a reading that comes late from a hub finds its place below, and has none
// where it is older than what the page shows. Gives what is said of it.
function place(row, now) {
  const body = table.tBodies[0];
  const present = document.getElementById(row.id);
  if (present) {
    present.replaceWith(row);
    return HERE;
  }
  // A page further back shows older readings only.
  if (new URLSearchParams(location.search).has('after')) return timeOf(row) < timeOf(body) ? EARLIER : FIRST_PAGE;
  // The page stays open for hours, and its range moves on meanwhile: by the server's clock, for the browser's may be wrong.
  const since = begin(table.dataset.range, zone(table.dataset.zone), now);
  if (Date.parse(timeOf(row)) < since) return EARLIER;
  body.querySelector('[data-empty]')?.remove();
  while (body.rows.length > 0 && Date.parse(timeOf(body.lastElementChild)) < since) body.lastElementChild.remove();
  const below = [...body.rows].find((other) => timeOf(other) <= timeOf(row));
  // Older than all of them: it stands last, or on a page further back.
  const isCut = body.rows.length >= MOST_ROWS || document.querySelector('.vw-pager a[rel=next]');
  if (!below && isCut) return EARLIER;
  row.classList.add('new');
  body.insertBefore(row, below ?? null);
  while (body.rows.length > MOST_ROWS) body.lastElementChild.remove();
  return HERE;
}

function reading(data, onPoint) {
  const row = rowOf(data.html);
  const said = place(row, data.now);
  // htmx has to know the link to the trace.
  globalThis.htmx?.process(row);
  document.dispatchEvent(new CustomEvent('vitalwire:row'));
  say(said);
  if (data.point) onPoint(data.point, data.now);
}

function delivery(data) {
  const row = document.getElementById(`reading-${data.id}`);
  if (!row) return;
  const cells = rowOf(`<tr>${data.html}</tr>`);
  const [way, to] = [...row.cells].slice(-2);
  const [newWay, newTo] = [...cells.cells];
  way.replaceWith(newWay);
  to.replaceWith(newTo);
  globalThis.htmx?.process(newWay);
}

/** Listens for as long as the page is open; `onPoint` gets each new point of the chart. */
export function listen(onPoint) {
  if (!table?.dataset.live) return;
  let last = '';
  let wait = 2000;
  const connect = () => {
    // The browser itself sends Last-Event-ID when it reconnects; a connection made anew says it in the address.
    const source = new EventSource(last ? `${table.dataset.live}?last_event_id=${encodeURIComponent(last)}` : table.dataset.live);
    const on = (name, act) => source.addEventListener(name, (event) => {
      last = event.lastEventId || last;
      act(JSON.parse(event.data));
    });
    on('reading', (data) => reading(data, onPoint));
    on('delivery', delivery);
    source.addEventListener('open', () => { wait = 2000; state('live', 'Live'); });
    source.addEventListener('error', () => {
      state('lost', 'Reconnecting');
      if (source.readyState !== EventSource.CLOSED) return;
      // The server refused or answered with something else: ask again, ever more slowly.
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 60_000);
    });
    addEventListener('pagehide', () => source.close(), { once: true });
  };
  connect();
  addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
}
