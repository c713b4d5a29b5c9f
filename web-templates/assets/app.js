// What every page needs: the look, the menu of a narrow screen, dialogs, and times that stay true while a page is open.
import './unsent.js';

const root = document.documentElement;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- the look
function showTheme() {
  for (const button of all('[data-set-theme]')) button.setAttribute('aria-pressed', String(button.dataset.setTheme === root.dataset.theme));
}
showTheme();

// ---- what was said once is not said again when the page is loaded anew or its address is handed on
const here = new URL(location.href);
if (here.searchParams.has('said')) {
  here.searchParams.delete('said');
  history.replaceState(history.state, '', here);
}

// ---- the menu of a narrow screen
const nav = find('#nav');
const opener = find('[data-nav-open]');
const shade = find('[data-nav-close]');
function setNav(open) {
  if (!nav) return;
  root.classList.toggle('nav-open', open);
  shade.hidden = !open;
  opener.setAttribute('aria-expanded', String(open));
  if (open) find('a', nav).focus();
  else if (nav.contains(document.activeElement)) opener.focus();
}

// ---- dialogs: a trace fetched by htmx, or a question before something that cannot be undone
const dialog = find('#dialog');
const dialogBody = find('#dialog-body');
document.addEventListener('htmx:afterSwap', (event) => {
  if (event.target === dialogBody && !dialog.open) dialog.showModal();
});
document.addEventListener('htmx:responseError', (event) => {
  if (event.detail.target === dialogBody) location.assign(event.detail.requestConfig.path);
});

function ask(form) {
  const text = document.createElement('p');
  text.textContent = form.dataset.confirm;
  const [cancel, confirm] = ['Cancel', find('button', form).textContent.trim()].map((label) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn';
    button.textContent = label;
    return button;
  });
  cancel.dataset.close = '';
  confirm.classList.add('btn-primary');
  confirm.addEventListener('click', () => {
    form.dataset.confirmed = '';
    form.requestSubmit();
  });
  const buttons = document.createElement('div');
  buttons.append(cancel, confirm);
  const box = document.createElement('div');
  box.className = 'vw-ask';
  box.append(text, buttons);
  dialogBody.replaceChildren(box);
  dialog.showModal();
  confirm.focus();
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if ('confirm' in form.dataset && !('confirmed' in form.dataset)) {
    event.preventDefault();
    ask(form);
  } else if (form.method === 'post') {
    // A second click must not send it twice; after `back` the page is usable again.
    for (const button of all('button[type=submit]', form)) button.disabled = true;
  }
});
addEventListener('pageshow', () => all('form[method=post] button[disabled]').forEach((button) => { button.disabled = false; }));

// ---- paper says when it was printed, by the server's clock and in the zone of the page's times
addEventListener('beforeprint', () => {
  const made = find('#made');
  if (!made) return;
  const at = Date.parse(made.dateTime) + performance.now();
  const words = new Intl.DateTimeFormat('en-US', {
    timeZone: made.dataset.zone, year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
  });
  find('#printed').textContent = `, printed ${words.format(at)}`;
});

// ---- clicks
async function copy(button) {
  const label = button.lastChild?.nodeType === Node.TEXT_NODE ? button.lastChild : null;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say('Copied');
    if (!label) return;
    label.textContent = 'Copied';
    setTimeout(() => { label.textContent = 'Copy'; }, 1600);
  } catch {
    // Without permission the text is selected, so that the keyboard copies it.
    const code = button.parentElement.querySelector('code');
    if (code) getSelection().selectAllChildren(code);
  }
}

/** Says something to screen readers without moving the focus. */
export function say(text) {
  const spoken = find('#spoken');
  if (spoken) spoken.textContent = text;
}

document.addEventListener('click', (event) => {
  const at = (selector) => event.target.closest?.(selector);
  const account = find('.vw-account[open]');
  if (account && !account.contains(event.target)) account.open = false;
  for (const opened of all('.vw-ask-more[open]')) if (!opened.contains(event.target)) opened.open = false;
  if (at('[data-nav-open]')) setNav(true);
  else if (at('[data-nav-close]')) setNav(false);
  else if (at('[data-close]') || event.target === dialog) dialog.close();
  else if (at('[data-dismiss]')) at('.vw-flash').remove();
  else if (at('[data-copy]')) copy(at('[data-copy]'));
  else if (at('[data-print]')) print();
  else if (at('[data-set-theme]')) {
    root.dispatchEvent(new CustomEvent('vitalwire:theme', { detail: at('[data-set-theme]').dataset.setTheme }));
    showTheme();
  } else if (at('tr[data-href]') && !at('a, button, summary') && !String(getSelection())) {
    location.assign(at('tr[data-href]').dataset.href);
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    setNav(false);
    const account = find('.vw-account[open]');
    for (const opened of [account, find('.vw-ask-more[open]')].filter(Boolean)) {
      opened.open = false;
      find('summary', opened).focus();
    }
  }
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
  const search = find('[data-search]');
  if (event.key === '/' && search && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});

// ---- `2 min ago` stays true
function ago(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
// A browser's clock may be wrong: count on from what the server wrote, never from the browser's own `now`.
const opened = performance.now();
const written = new WeakMap();
function freshen() {
  for (const time of all('time[data-ago]')) {
    if (!written.has(time)) written.set(time, { at: performance.now(), seconds: secondsOf(time.textContent) });
    const { at, seconds } = written.get(time);
    if (seconds !== null && performance.now() - at > 15_000) time.textContent = ago(seconds * 1000 + performance.now() - at);
  }
}
function secondsOf(text) {
  if (text.trim() === 'just now') return 0;
  const [, count, unit] = text.match(/(\d+) (s|min|h|days)/) ?? [];
  return count ? Number(count) * { s: 1, min: 60, h: 3600, days: 86_400 }[unit] : null;
}
freshen();
setInterval(freshen, 15_000);
document.addEventListener('htmx:afterSwap', freshen);
document.addEventListener('vitalwire:row', freshen);
addEventListener('visibilitychange', () => { if (!document.hidden && performance.now() - opened > 1000) freshen(); });
