// A person's way through the portal, in a real browser. Waits for what the page does, never for time.
//   node portal.mjs '{"base": …, "customer": …, "admin": …, "password": …, "device": …, "serial": …, "token": …, "shots": …, "chromium": …}'
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { inspect as look, open as opened, signIn, start } from './support.mjs';

const scene = JSON.parse(process.argv[2]);
const stage = await start(scene);
const open = () => opened(stage);
const BOTH = ['light', 'dark'];
const inspect = (page, name, schemes) => look(stage, page, name, schemes);

async function post(systolic, { serial, token } = scene, hoursAgo = 0) {
  const measured = new Date(Date.now() - hoursAgo * 3_600_000);
  const answer = await fetch(`${scene.base}/v1/telemetry`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      device: serial, kind: 'blood_pressure', measured_at: measured.toISOString(), values: { systolic, diastolic: 81, pulse: 64 },
    }),
  });
  assert.equal(answer.status, 202);
  return (await answer.json()).id;
}

/** The chart has drawn something, whatever it draws on. */
async function chartIsDrawn(page) {
  await page.waitForFunction(() => {
    const drawing = document.querySelector('#chart canvas, #chart svg');
    if (!drawing || drawing.getBoundingClientRect().height < 50) return false;
    if (drawing instanceof SVGElement) return drawing.querySelector('path, circle') !== null;
    const { width, height } = drawing;
    return drawing.getContext('2d').getImageData(0, 0, width, height).data.some((part) => part !== 0);
  });
}

/** What comes late stands at its time, and nowhere on a page that shows a shorter one. */
async function late(page) {
  await page.goto(`/devices/${scene.idle.device}?range=24h`);
  await page.locator('#live[data-state="live"]').waitFor();
  const rows = page.locator('#readings tbody tr[id^="reading-"]');
  const nothing = page.locator('#readings [data-empty]');
  await page.evaluate(() => {
    globalThis.came = 0;
    document.addEventListener('vitalwire:row', () => { globalThis.came += 1; });
  });
  await post(118, scene.idle, 30);
  await page.waitForFunction(() => globalThis.came > 0);
  assert.deepEqual([await rows.count(), await nothing.count()], [0, 1], 'a reading of yesterday is not one of 24 hours');
  const ids = [await post(119, scene.idle), await post(120, scene.idle, 5), await post(121, scene.idle, 2)];
  for (const id of ids) await page.locator(`#reading-${id}`).waitFor();
  const [newest, oldest, between] = ids.map((id) => `reading-${id}`);
  assert.deepEqual(await rows.evaluateAll((all) => all.map((row) => row.id)), [newest, between, oldest]);
  assert.equal(await nothing.count(), 0);
}

/** What a device measured stays with who gave it back, and is found again. */
async function givenBack(page) {
  await page.goto(`/devices/${scene.idle.device}/about`);
  await page.getByText('Give it back').first().click();
  await page.getByRole('button', { name: 'Give it back' }).click();
  await page.waitForURL(/said=/);
  await page.goto('/devices');
  assert.equal(await page.getByRole('row', { name: scene.idle.serial }).count(), 0, 'it is no device of theirs any more');
  await page.getByLabel('State').selectOption('returned');
  await page.waitForURL(/state=returned/);
  await page.getByRole('row', { name: scene.idle.serial }).waitFor();
  await inspect(page, 'returned-devices', BOTH);
  await page.getByRole('row', { name: scene.idle.serial }).getByRole('link').first().click();
  await page.getByText('It stopped being yours on').waitFor();
  await page.locator('#readings').getByText('119').waitFor();
  await chartIsDrawn(page);
  assert.equal(await page.locator('#live').count(), 0, 'nothing comes any more');
  await inspect(page, 'returned-device', BOTH);
}

async function customer() {
  const page = await open();
  await page.goto(`/devices/${scene.device}`);
  await page.waitForURL(/\/login/);
  await inspect(page, 'login');
  await signIn(page, scene.customer, 'not the password at all');
  await page.getByRole('alert').waitFor();
  assert.match(page.url(), /\/login$/);
  assert.equal(await page.getByLabel('Email').inputValue(), scene.customer, 'the address need not be typed again');
  await signIn(page, scene.customer, scene.password);
  await page.waitForURL(/\/home$/);
  await inspect(page, 'home');
  await page.goto('/devices');
  await inspect(page, 'devices');
  await page.getByRole('row', { name: scene.serial }).getByRole('link').first().click();
  await page.waitForURL(new RegExp(`/devices/${scene.device}`));

  await chartIsDrawn(page);
  await page.locator('#live[data-state="live"]').waitFor();
  const rows = await page.locator('#readings tbody tr[id^="reading-"]').count();
  assert.ok(rows >= 3, `${rows} rows`);
  await page.evaluate(() => { globalThis.notReloaded = true; });
  const id = await post(137);
  const row = page.locator(`#reading-${id}`);
  await row.waitFor();
  assert.match(await row.textContent(), /137/);
  await row.locator('a.vw-way.ok').waitFor();
  assert.equal(await page.locator('#readings tbody tr[id^="reading-"]').count(), rows + 1);
  assert.equal(await page.evaluate(() => globalThis.notReloaded), true, 'the page was not loaded again');
  await inspect(page, 'device');

  // The way of the reading, in a dialog of the same page.
  await row.locator('a.vw-way').click();
  await page.locator('dialog[open]').getByText(id).waitFor();
  await page.screenshot({ path: join(scene.shots, 'trace.png') });
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' }).catch(() => page.locator('#dialog').waitFor({ state: 'hidden' }));

  await late(page);
  await givenBack(page);
  for (const [path, name] of [['/endpoint', 'endpoint'], ['/hubs', 'hubs']]) {
    await page.goto(path);
    await inspect(page, name);
  }
  assert.equal((await page.goto('/admin')).status(), 403);
  page.complaints = page.complaints.filter((text) => !text.includes('403'));
  await page.goto('/devices');
  await page.locator('details.vw-account > summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login/);
  await page.goto('/devices');
  await page.waitForURL(/\/login/);
  assert.deepEqual(page.complaints, []);
}

async function admin() {
  const page = await open();
  await signIn(page, scene.admin, scene.password);
  await page.waitForURL(/\/admin$/);
  const pages = { admin: '/admin', 'admin-distributors': '/distributors', 'admin-customers': '/customers',
    'admin-devices': '/devices', 'admin-hubs': '/hubs', 'admin-quarantine': '/admin/quarantine', 'admin-refusals': '/admin/refusals' };
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path);
    await inspect(page, name);
  }
  await page.goto('/devices');
  await page.getByText(scene.serial).first().waitFor();
  const text = await page.textContent('body');
  assert.ok(!text.includes('137'), 'an administrator sees no measured value');
  assert.deepEqual(page.complaints, []);
}

try {
  await customer();
  await admin();
  assert.deepEqual(stage.findings, []);
} finally {
  await stage.browser.close();
}
