// What becomes of a form that is sent after its session has ended: it comes back to the one who typed it, and to nobody else.
//   node unsent.mjs '{"base": …, "customer": …, "admin": …, "password": …, "device": …, "shots": …, "chromium": …}'
import assert from 'node:assert/strict';
import { open, signIn, start } from './support.mjs';

const scene = JSON.parse(process.argv[2]);
const stage = await start(scene);
const KEPT = 'vitalwire:unsent';
const TITLE = 'Mrs Miller 210/130';

const kept = (page) => page.evaluate((key) => sessionStorage.getItem(key), KEPT);
const form = `/cases/new?device=${scene.device}`;

/** Somebody types a case and sends it without a session. */
async function sentInVain(page) {
  await signIn(page, scene.customer, scene.password);
  await page.waitForURL(/\/home$/);
  await page.goto(form);
  await page.locator('input[name="title"]').fill(TITLE);
  await page.locator('textarea[name="text"]').fill('Since noon.');
  await page.context().clearCookies();
  await page.locator('form:has(input[name="title"]) button[type="submit"]').click();
  await page.waitForURL(/\/login\?next=/);
  const text = await kept(page);
  assert.ok(text, 'kept until the one who typed it is back');
  assert.ok(!text.includes('Miller') && !text.includes('noon'), `readable: ${text}`);
}

async function isForgotten(page, why) {
  assert.equal(await kept(page), null, why);
}

try {
  const page = await open(stage);
  // Who comes back finds it again, also after a wrong password; once.
  await sentInVain(page);
  await signInHere(page, scene.customer, 'not the password at all');
  await page.getByRole('alert').waitFor();
  assert.ok(await kept(page), 'still on the way back');
  await signInHere(page, scene.customer, scene.password);
  await page.waitForURL(/\/cases\/new/);
  await page.waitForFunction((title) => document.querySelector('input[name="title"]').value === title, TITLE);
  assert.equal(await page.locator('textarea[name="text"]').inputValue(), 'Since noon.');
  await isForgotten(page, 'it was put back');
  await page.context().clearCookies();

  // Pages that do not lead back forget it.
  for (const path of ['/forgot', '/login', '/login?next=%2Fdevices%3Fsaid%3Dnot-sent']) {
    await sentInVain(page);
    await page.goto(path);
    await isForgotten(page, path);
  }

  // It is not another person's, whatever they do with what is kept.
  await sentInVain(page);
  const sealed = await kept(page);
  await signInHere(page, scene.admin, scene.password);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await isForgotten(page, 'another person has signed in');
  await page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [KEPT, sealed]);
  await page.goto(`${form}&said=not-sent`);
  await page.getByText('Look at the form and send it again.').waitFor();
  // The same key opened this person's own by now, had there been one.
  const own = await page.evaluate(async (text) => {
    const bytes = (part) => Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
    const raw = bytes(document.querySelector('[data-typed-key]').dataset.typedKey);
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
    const { iv, sealed } = JSON.parse(text);
    return await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(iv) }, key, bytes(sealed)).then(() => true, () => false);
  }, sealed);
  assert.equal(own, false, 'opened by the key of another account');
  assert.equal(await page.locator('input[name="title"]').inputValue(), '');
  await isForgotten(page, 'what does not open');

  // Signing out forgets it.
  await page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [KEPT, sealed]);
  await page.locator('details.vw-account > summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await isForgotten(page, 'signed out');

  // It ends after a quarter of an hour, on a page that stays open and on one that is loaded then.
  await page.clock.install();
  await sentInVain(page);
  await page.clock.fastForward('14:30');
  assert.ok(await kept(page), 'before its time');
  await page.clock.fastForward('00:31');
  await isForgotten(page, 'a page that stayed open');
  await sentInVain(page);
  const late = { ...JSON.parse(await kept(page)), at: (await page.evaluate(() => Date.now())) - 15 * 60_000 };
  await page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [KEPT, JSON.stringify(late)]);
  await page.reload();
  await isForgotten(page, 'a page that was loaded late');
  // A refused sign-in is answered with 401, which the browser reports as if it were a fault.
  assert.deepEqual(page.complaints, []);
} finally {
  await stage.browser.close();
}

async function signInHere(page, email, password) {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
