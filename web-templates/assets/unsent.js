// What was typed into a form is kept in this tab until the next page has come. Where the session had ended meanwhile, that is
// the page to sign in, and then the form's own page again: there it is filled in for the one who typed it. Nothing secret is
// kept. What is kept is sealed with a key that only this account's pages carry, so that nobody reads it who is not signed in
// as the one who typed it; it ends after a quarter of an hour, with a sign-out, and on any page that does not lead back.
const KEY = 'vitalwire:unsent';
const MOST = 50_000;
const LIFE = 15 * 60_000;
const SECRET = /pass|secret|token|code|key|fingerprint|csrf/i;
const UNKEPT = ['hidden', 'password', 'file', 'submit', 'button', 'reset', 'image'];

// Pages without a frame, such as the one to sign in, carry none. A browser seals nothing where the connection is not secure.
const own = document.querySelector('[data-typed-key]')?.dataset.typedKey;
const key = own && globalThis.crypto?.subtle?.importKey('raw', bytesOf(own), 'AES-GCM', false, ['encrypt', 'decrypt']);

const isKept = (field) => field.name && !field.disabled && !UNKEPT.includes(field.type) && !SECRET.test(field.name) && !SECRET.test(field.autocomplete ?? '');
const isTicked = (field) => field.type === 'checkbox' || field.type === 'radio';
const isNotSent = (query) => query.getAll('said').includes('not-sent');

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function textOf(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing for us.
  }
}

async function keep(form) {
  const fields = [...form.elements].filter(isKept).filter((field) => !isTicked(field) || field.checked);
  const typed = JSON.stringify({ action: form.getAttribute('action'), fields: fields.map((field) => [field.name, field.value]) });
  if (typed.length > MOST) return;
  const at = Date.now();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key, new TextEncoder().encode(typed));
  sessionStorage.setItem(KEY, JSON.stringify({ at, page: location.pathname, iv: textOf(iv), sealed: textOf(new Uint8Array(sealed)) }));
  setTimeout(forget, LIFE);
}

/** What is kept, where its time is not over; it is kept no longer. */
function take() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  forget();
  const age = Date.now() - kept?.at;
  return age >= 0 && age < LIFE ? kept : null;
}

/** Whether this is the page to sign in on the way back to the form's. */
function leadsBack({ page }) {
  const next = document.querySelector('form[action="/login"] input[name="next"]')?.value;
  if (!next) return false;
  const { pathname, searchParams } = new URL(next, location.origin);
  return isNotSent(searchParams) && (page === pathname || page.startsWith(`${pathname}/`));
}

async function putBack({ iv, sealed }) {
  const typed = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytesOf(iv) }, await key, bytesOf(sealed));
  const { action, fields } = JSON.parse(new TextDecoder().decode(typed));
  const form = [...document.forms].find((form) => form.method === 'post' && form.getAttribute('action') === action);
  if (!form) return;
  for (const field of [...form.elements].filter(isKept)) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isTicked(field)) field.checked = values.includes(field.value);
    else if (values.length > 0) [field.value] = values;
  }
  for (let within = form.closest('details'); within; within = within.parentElement.closest('details')) within.open = true;
  form.scrollIntoView({ block: 'center' });
}

try {
  const kept = take();
  if (kept && !own && leadsBack(kept)) {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
    setTimeout(forget, kept.at + LIFE - Date.now());
  }
  // What another account has sealed does not open.
  if (kept && key && isNotSent(new URLSearchParams(location.search))) putBack(kept).catch(forget);
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return;
    if (event.target.getAttribute('action') === '/logout') forget();
    else if (key) keep(event.target).catch(forget);
  });
} catch {
  forget();
}
