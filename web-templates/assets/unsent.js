// What was typed into a form is kept in this tab until the next page has come. Where the session had ended meanwhile, that is
// the form's own page again, after signing in: there it is filled in for the one who typed it. Nothing secret is kept, and
// nothing longer than that.
const KEY = 'vitalwire:unsent';
const MOST = 50_000;
const HOUR = 3_600_000;
const SECRET = /pass|secret|token|code|key|fingerprint|csrf/i;
const UNKEPT = ['hidden', 'password', 'file', 'submit', 'button', 'reset', 'image'];

// Pages without a frame, such as the one to sign in, know nobody.
const who = document.querySelector('.vw-account-menu p')?.textContent;
const isKept = (field) => field.name && !field.disabled && !UNKEPT.includes(field.type) && !SECRET.test(field.name) && !SECRET.test(field.autocomplete ?? '');
const isTicked = (field) => field.type === 'checkbox' || field.type === 'radio';

function keep(form) {
  const fields = [...form.elements].filter(isKept).filter((field) => !isTicked(field) || field.checked);
  const text = JSON.stringify({ who, at: Date.now(), action: form.getAttribute('action'), fields: fields.map((field) => [field.name, field.value]) });
  if (text.length <= MOST) sessionStorage.setItem(KEY, text);
}

function putBack({ action, fields }) {
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
  if (who) {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    sessionStorage.removeItem(KEY);
    const isAsked = new URLSearchParams(location.search).getAll('said').includes('not-sent');
    if (kept && isAsked && kept.who === who && Date.now() - kept.at < HOUR) putBack(kept);
    document.addEventListener('submit', (event) => {
      if (!event.defaultPrevented && event.target.method === 'post') keep(event.target);
    });
  }
} catch {
  // A browser that keeps nothing for us.
}
